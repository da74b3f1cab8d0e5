/// What mining gave and what it left out.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "irgan/mined_query.h"
#include "irgan/mining_options.h"
#include "irgan/score_summary.h"

namespace irgan {

/// Sums over queries; bounded memory.
struct IRGAN_API MiningReport {
  MiningReport() = default;

  /// Counts these sources, so that one that gives nothing is reported too.
  explicit MiningReport(const std::vector<SourceShare>& sources);

  void add(const MinedQuery& query, std::size_t num_rows);

  /// Whether most positives score below their negatives: the score that guards does not know the positives.
  bool ranks_positives_below() const;

  /// Returns what excluded most candidates of queries that lack negatives, and can be loosened; Exclusion::none if
  /// nothing did.
  Exclusion scarcest() const;

  std::uint64_t num_queries = 0;
  std::uint64_t num_mined =
      0;  ///< queries that are not skipped; of those is all that follows, but for unknown positives
  std::uint64_t num_rows = 0;
  std::uint64_t num_positives = 0;
  std::uint64_t num_unknown_positives = 0;  ///< not in the index
  std::uint64_t num_negatives = 0;
  std::uint64_t num_padded = 0;    ///< of those
  std::uint64_t num_outside = 0;   ///< of those, not padded: documents that the first stage had not found
  std::uint64_t num_missing = 0;   ///< negatives that no source gave
  std::uint64_t num_short = 0;     ///< queries that lack any
  std::uint64_t num_below = 0;     ///< pairs of `difference_scores` in which the positive scores below the negative
  std::uint64_t num_textless = 0;  ///< queries with a positive whose near-duplicates cannot be told
  std::array<std::uint64_t, kNumSkips> skipped{};
  std::array<std::uint64_t, kNumExclusions> excluded{};
  std::array<std::uint64_t, kNumExclusions> excluded_where_short{};
  std::map<std::string, std::uint64_t> negatives_by_source;  ///< by name, padding as a source of its own
  ScoreSummary positive_scores;
  ScoreSummary negative_scores;
  ScoreSummary difference_scores;
  ScoreSummary relevance;  ///< of negatives
};

}  // namespace irgan
