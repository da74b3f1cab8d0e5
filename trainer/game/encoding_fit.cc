#include "trainer/game/encoding_fit.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace irgan {
namespace {

using Eigen::Index;

constexpr std::size_t kMaxRows = 1'000'000;

// The quantile at share `q` of sorted values, interpolated between the two nearest.
float quantile(const std::vector<float>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = position - static_cast<double>(below);
  return static_cast<float>((1.0 - part) * static_cast<double>(sorted[below]) +
                            part * static_cast<double>(sorted[above]));
}

}  // namespace

Encoding fit_encoding(const std::vector<Pool>& pools, int bins) {
  assert(!pools.empty() && bins > 0);
  std::size_t num_rows = 0;
  for (const Pool& pool : pools) num_rows += static_cast<std::size_t>(pool.rows.rows());
  const std::size_t stride = num_rows / kMaxRows + 1;

  Encoding encoding;
  for (Index j = 0; j < pools.front().rows.cols(); ++j) {
    Encoding::Feature feature;
    std::vector<float> values;
    std::size_t count = 0;
    for (const Pool& pool : pools) {
      for (Index i = 0; i < pool.rows.rows(); ++i) {
        const float value = pool.rows(i, j);
        if (std::isnan(value)) {
          feature.has_indicator = true;
        } else if (count++ % stride == 0) {
          values.push_back(value);
        }
      }
    }
    std::sort(values.begin(), values.end());
    for (int k = 0; k <= bins && !values.empty(); ++k) {
      const float edge = quantile(values, static_cast<double>(k) / bins);
      if (feature.edges.empty() || edge > feature.edges.back()) feature.edges.push_back(edge);
    }
    encoding.features.push_back(std::move(feature));
  }
  return encoding;
}

}  // namespace irgan
