/// Which documents of a pool are taken as negatives.
#pragma once

#include <xapian.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "irgan/mined_query.h"
#include "irgan/mining_options.h"
#include "trainer/mining/mining_pool.h"
#include "trainer/negatives/negative_draws.h"
#include "trainer/negatives/shingles.h"

namespace irgan {

/// Picks the negatives of one query, a list or several, and counts why candidates were left out.
class NegativePicker {
 public:
  /// Judges the candidates by guards, and keeps references to all arguments.
  ///
  /// lowest_positive: score of the query's lowest positive; NaN: none has one
  /// most_positives:  of any query
  NegativePicker(MiningPool& pool, const MiningPoolReader& reader, const MiningOptions& options, double lowest_positive,
                 std::size_t most_positives, MinedQuery& mined);

  /// Appends a list to the query's negatives. A document that says nothing but the query comes last: it is rarely
  /// wrong for it.
  ///
  /// positive_score: what the source `ambiguous` takes as the positive's
  /// list:           whose draws of a generator over the whole collection are taken: the number of its seed
  void pick(double positive_score, std::uint64_t seed, std::size_t list);

 private:
  /// `shingles` becomes the candidate's.
  Exclusion judge_text(MiningCandidate& candidate, Shingles& shingles) const;
  bool says_only_the_query(const Shingles& shingles) const;
  std::vector<double> allowed(CandidateScore score) const;
  RowOrder without_excluded(RowOrder order) const;
  RowOrder order_of(NegativeSource source, double positive_score, std::size_t list, std::mt19937_64& random) const;
  MiningCandidate* random_document(std::mt19937_64& random);
  void add(const Pick& picked, std::vector<MinedDocument>& negatives);
  void fill_up(const std::vector<std::size_t>& set_aside, std::vector<MinedDocument>& negatives);
  void pad(std::vector<MinedDocument>& negatives, std::mt19937_64& random);

  MiningPool& pool_;
  const MiningPoolReader& reader_;
  const MiningOptions& options_;
  const CandidateScore score_;
  MinedQuery& mined_;
  std::vector<Exclusion> exclusions_;  // of the candidates
  bool looks_for_copies_;
  Shingles query_shingles_;
  std::vector<Shingles> positive_shingles_;
  std::vector<Shingles> picked_shingles_;             // of the list that is being picked
  std::map<Xapian::docid, MiningCandidate> padding_;  // documents outside the pool that padding drew
};

/// Returns a candidate as rows show it.
MinedDocument mined_document(MiningCandidate& candidate, const MiningPoolReader& reader, const MiningOptions& options);

}  // namespace irgan
