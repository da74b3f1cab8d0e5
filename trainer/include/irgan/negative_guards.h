/// Guards against false negatives: which candidates may be mined as negatives, and why the others may not.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Why a candidate is not mined; the first that applies.
enum class Exclusion {
  none,
  positive,   ///< of the query, of any of its rows
  relevance,  ///< the log does not rule out that it is relevant
  unscored,   ///< a guard looks at scores, and it has none
  absolute_margin,
  relative_margin,
  max_score,
  min_score,
  range,
  duplicate,  ///< a near-duplicate of a positive
  no_text,
  copy,  ///< a near-duplicate of a negative that was picked before
};
constexpr std::size_t kNumExclusions = 12;
IRGAN_API const char* to_string(Exclusion exclusion);

/// The greatest chance of relevance that a negative has where nothing else is said.
inline constexpr double kDefaultMaxRelevance = 0.1;

struct GuardOptions {
  std::optional<double> max_score;
  std::optional<double> min_score;
  std::optional<double> absolute_margin;  ///< a negative scores at most  lowest positive - margin
  std::optional<double> relative_margin;  ///< at most  lowest positive - |lowest positive| * margin
  std::size_t range_min = 0;
  std::size_t range_max = 0;  ///< 0: no end
  /// Greatest chance that a negative is relevant, where the log says how likely that is; 1: no matter; none:
  /// kDefaultMaxRelevance.
  std::optional<double> max_relevance;

  bool looks_at_scores() const;
  bool has_margin() const { return absolute_margin || relative_margin; }
};

struct GuardedCandidate {
  bool is_positive = false;
  double score = std::numeric_limits<double>::quiet_NaN();      ///< NaN: none
  double relevance = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
  bool is_exempt = false;                                       ///< no guard holds for it: a positive that is asked for
};

/// Returns for each candidate whether it may be mined.
///
/// Ranks are counted as sentence-transformers' mine_hard_negatives counts them: by falling score; only the first
/// range_max + most_positives candidates are looked at, positives among them; of these the other guards and the
/// positives are taken out; the first range_min of what is left are passed over, and it ends at rank range_max. Range
/// ranks are thus those of *surviving* candidates, from 0 on. Candidates without a score stand behind all others.
///
/// lowest_positive: the lowest score of the query's positives; read where there is a margin
/// most_positives:  the largest number of positives that any query has
/// Source: sentence-transformers 5, util/hard_negatives.py, for the counting; the threshold of the relative margin is
///         s - |s| m as in its later versions; earlier ones have s (1 - m), which for a negative s lets better
///         documents than the positive in
IRGAN_API std::vector<Exclusion> guard(const std::vector<GuardedCandidate>& candidates, double lowest_positive,
                                       std::size_t most_positives, const GuardOptions& options);

}  // namespace irgan
