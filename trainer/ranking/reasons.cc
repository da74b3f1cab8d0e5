#include "trainer/ranking/reasons.h"

#include <algorithm>
#include <cmath>

namespace irgan {
namespace {

void sort_by_size(std::vector<Reason>& reasons) {
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return std::abs(a.second) > std::abs(b.second); });
}

}  // namespace

std::vector<Reason> reasons_of(const RankedHit& hit, const std::vector<std::string>& features) {
  std::vector<Reason> reasons;
  for (std::size_t j = 0; j < hit.contributions.size(); ++j)
    reasons.emplace_back(features[j], static_cast<double>(hit.contributions[j]));
  if (hit.memory_gain != 0.0) reasons.emplace_back(kMemoryReason, hit.memory_gain);
  sort_by_size(reasons);
  return reasons;
}

std::vector<Reason> reasons_between(const RankedHit& upper, const RankedHit& lower,
                                    const std::vector<std::string>& features) {
  std::vector<Reason> reasons;
  for (std::size_t j = 0; j < upper.contributions.size(); ++j) {
    reasons.emplace_back(features[j], static_cast<double>(upper.contributions[j]) - lower.contributions[j]);
  }
  if (upper.memory_gain != 0.0 || lower.memory_gain != 0.0)
    reasons.emplace_back(kMemoryReason, upper.memory_gain - lower.memory_gain);
  sort_by_size(reasons);
  return reasons;
}

double gap_between(const RankedHit& upper, const RankedHit& lower) {
  return upper.model_score + upper.memory_gain - lower.model_score - lower.memory_gain;
}

}  // namespace irgan
