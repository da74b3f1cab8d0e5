/// A Xapian posting source that yields the documents of an earlier search with new weights.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <xapian.h>

#include "plugin/src/xapian_versions.h"

namespace irgan {

/// What the sources of one search share.
struct RescoringPlan {
  struct Entry {
    Xapian::docid docid;  ///< in the combined database
    double weight;        ///< finite and > 0: the matcher drops what is below 0 and passes NaN on
  };
  std::vector<Entry> entries;  ///< ascending docids
  double max_weight = 0.0;
  Xapian::doccount matches_lower_bound = 0;
  Xapian::doccount matches_estimated = 0;
  Xapian::doccount matches_upper_bound = 0;
  unsigned num_shards = 1;
  /// Xapian 1.4 clones the source once a shard, in their order, without saying which: counted here, anew each search.
  std::atomic<unsigned> num_clones{0};
};

/// One shard's share of a plan. Combined docids are dealt to the shards in turn.
class RescoringSource : public Xapian::PostingSource {
 public:
  explicit RescoringSource(std::shared_ptr<RescoringPlan> plan, unsigned shard = 0);

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
  void take_share(unsigned shard);
  Xapian::doccount share_of(Xapian::doccount count) const;

  std::shared_ptr<RescoringPlan> plan_;
  unsigned shard_;
  std::vector<RescoringPlan::Entry> entries_;  // docids as the shard counts them
  std::size_t position_ = 0;
  bool started_ = false;
};

}  // namespace irgan
