/// A Xapian posting source that yields the documents of an earlier search with new weights.
#pragma once

#include <xapian.h>

#include <memory>
#include <vector>

#include "plugin/src/features/xapian_versions.h"

namespace irgan {

/// What the sources of one search share.
struct RescoringPlan {
  /// An empty plan for a search of `db`.
  explicit RescoringPlan(const Xapian::Database& db);

  struct Entry {
    Xapian::docid docid;  ///< in the combined database
    double weight;        ///< finite and > 0: the matcher drops what is below 0 and passes NaN on
  };
  std::vector<Entry> entries;  ///< ascending docids
  double max_weight = 0.0;
  Xapian::doccount matches_lower_bound = 0;
  Xapian::doccount matches_estimated = 0;
  Xapian::doccount matches_upper_bound = 0;
  std::vector<ShardIdentity> shards;
};

/// One shard's share of a plan. Combined docids are dealt to the shards in turn.
class RescoringSource : public Xapian::PostingSource {
 public:
  explicit RescoringSource(std::shared_ptr<const RescoringPlan> plan);

  Xapian::PostingSource* clone() const override;
#ifdef IRGAN_POSTING_SOURCE_TOLD_SHARD
  void reset(const Xapian::Database& db, Xapian::doccount shard) override;
#else
  void init(const Xapian::Database& db) override;
#endif
  Xapian::doccount get_termfreq_min() const override;
  Xapian::doccount get_termfreq_est() const override;
  Xapian::doccount get_termfreq_max() const override;
  double get_weight() const override;
  Xapian::docid get_docid() const override;
  void next(double min_weight) override;
  void skip_to(Xapian::docid docid, double min_weight) override;
  bool at_end() const override;

 private:
  void take_share(std::size_t shard);
  Xapian::doccount share_of(Xapian::doccount count) const;

  std::shared_ptr<const RescoringPlan> plan_;
  std::vector<RescoringPlan::Entry> entries_;  // docids as the shard counts them
  Xapian::doccount num_holders_ = 0;           // shards with entries
  Xapian::doccount place_ = 0;                 // of this one among them
  std::size_t position_ = 0;
  bool started_ = false;
};

}  // namespace irgan
