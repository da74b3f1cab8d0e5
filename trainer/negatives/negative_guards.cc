#include "irgan/negative_guards.h"

#include <array>
#include <cmath>

#include "trainer/negatives/negative_draws.h"

namespace irgan {
namespace {

constexpr std::array<const char*, kNumExclusions> kExclusionNames{
    "none",      "positive",  "relevance", "unscored",  "absolute_margin", "relative_margin",
    "max_score", "min_score", "range",     "duplicate", "no_text",         "copy"};

Exclusion judge(const GuardedCandidate& candidate, double lowest_positive, const GuardOptions& options) {
  if (candidate.is_positive) return Exclusion::positive;
  if (candidate.is_exempt) return Exclusion::none;
  if (candidate.relevance > options.max_relevance.value_or(kDefaultMaxRelevance)) return Exclusion::relevance;
  if (!options.looks_at_scores()) return Exclusion::none;
  const double score = candidate.score;
  if (std::isnan(score)) return Exclusion::unscored;
  if (options.absolute_margin && score > lowest_positive - *options.absolute_margin) return Exclusion::absolute_margin;
  if (options.relative_margin && score > lowest_positive - std::abs(lowest_positive) * *options.relative_margin) {
    return Exclusion::relative_margin;
  }
  if (options.max_score && score > *options.max_score) return Exclusion::max_score;
  if (options.min_score && score < *options.min_score) return Exclusion::min_score;
  return Exclusion::none;
}

}  // namespace

const char* to_string(Exclusion exclusion) { return kExclusionNames[static_cast<std::size_t>(exclusion)]; }

bool GuardOptions::looks_at_scores() const { return has_margin() || max_score || min_score; }

std::vector<Exclusion> guard(const std::vector<GuardedCandidate>& candidates, double lowest_positive,
                             std::size_t most_positives, const GuardOptions& options) {
  std::vector<Exclusion> exclusions;
  std::vector<double> scores;
  for (const GuardedCandidate& candidate : candidates) {
    exclusions.push_back(judge(candidate, lowest_positive, options));
    scores.push_back(std::isnan(candidate.score) ? -std::numeric_limits<double>::infinity() : candidate.score);
  }
  if (options.range_min == 0 && options.range_max == 0) return exclusions;
  std::size_t looked_at = 0;
  std::size_t rank = 0;  // among survivors
  for (const std::size_t row : by_value(scores)) {
    const bool in_window = options.range_max == 0 || looked_at++ < options.range_max + most_positives;
    if (exclusions[row] != Exclusion::none) continue;
    const bool in_range = rank >= options.range_min && (options.range_max == 0 || rank < options.range_max);
    if (in_window) ++rank;
    if (!candidates[row].is_exempt && (!in_window || !in_range)) exclusions[row] = Exclusion::range;
  }
  return exclusions;
}

}  // namespace irgan
