/// What was left out where evidence became training data.
#pragma once

#include <cstddef>

namespace irgan {

/// What was left out, and why.
struct PoolLosses {
  std::size_t num_queries = 0;             ///< in the query file
  std::size_t num_without_evidence = 0;    ///< of those: no click or judgment
  std::size_t num_without_candidates = 0;  ///< of the rest: the first stage finds nothing
  std::size_t num_unknown_queries = 0;     ///< with evidence, but not in the query file
  double num_positives = 0;                ///< of the query file's: clicks, or documents judged above 0
  double num_positives_outside_pool = 0;   ///< of those: on documents that are in the index, but no candidates
  double num_clicks_of_log = 0;            ///< every one, not decayed; 0 for judgments
  double num_unknown_clicks = 0;           ///< of those: of unknown queries
  double num_clicks_without_page = 0;      ///< where the log has pages: clicks alone, which are no labels then
  std::size_t num_added = 0;               ///< documents that joined pools
  double num_positives_unknown = 0;        ///< of those: on documents that are not in the index
};

}  // namespace irgan
