#include "trainer/reporting/intervals.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <random>

namespace irgan {
namespace {

constexpr std::size_t kSamples = 2000;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Interval bootstrapped_mean(const std::vector<double>& values, std::uint64_t seed) {
  if (values.empty()) return {};
  std::mt19937_64 random(seed);
  std::vector<double> means(kSamples);
  for (double& each : means) {
    double sum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[random() % values.size()];
    each = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  return {mean(values), means[kSamples / 40], means[kSamples - 1 - kSamples / 40]};
}

}  // namespace irgan
