/// What mining one query gives.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/negative_guards.h"
#include "irgan/negative_source.h"

namespace irgan {

/// Why a query gives no row.
enum class Skip {
  none,
  no_positives,   ///< no click or judgment above 0
  no_candidates,  ///< the first stage finds nothing
  positives_not_in_index,
  no_likely_positive,  ///< min_relevance
  no_positive_score,   ///< a margin needs one
  no_text,             ///< of the query or of any positive
};
constexpr std::size_t kNumSkips = 7;
IRGAN_API const char* to_string(Skip skip);

struct MinedDocument {
  std::string id;
  std::string text;                                             ///< empty where rows have no texts
  double score = 0.0;                                           ///< the guards'; NaN: none
  double relevance = std::numeric_limits<double>::quiet_NaN();  ///< chance by the log's evidence; NaN: not known
  NegativeSource source = NegativeSource::generator;            ///< of a negative
  bool is_padding = false;
  bool is_outside = false;  ///< of a negative that is no padding: the first stage had not found it
};

struct MinedQuery {
  Skip skip = Skip::none;
  std::string id;
  std::string text;
  std::vector<MinedDocument> positives;
  std::vector<std::vector<MinedDocument>> negatives;  ///< one list, or one a positive
  std::array<std::uint64_t, kNumExclusions> num_excluded{};
  std::uint64_t num_unknown_positives = 0;  ///< not in the index
  bool has_textless_positive = false;       ///< no near-duplicate of it can be told, though it should be
  std::uint64_t num_missing = 0;            ///< negatives that could not be found, padding not counted
};

}  // namespace irgan
