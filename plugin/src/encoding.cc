#include "plugin/src/encoding.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace irgan {
namespace {

using Eigen::Index;

// Below this a range is taken for empty.
constexpr float kSmallestRange = 1e-6F;

Index num_bins(const Encoding::Feature& feature) {
  return std::max<Index>(0, static_cast<Index>(feature.edges.size()) - 1);
}

Index num_columns(const Encoding::Feature& feature) { return num_bins(feature) + 1 + (feature.has_indicator ? 1 : 0); }

}  // namespace

PoolRange pool_range(const Eigen::Ref<const FeatureMatrix>& pool) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  PoolRange range{Eigen::VectorXf::Constant(pool.cols(), kInfinity), Eigen::VectorXf::Constant(pool.cols(), -kInfinity)};
  for (Index i = 0; i < pool.rows(); ++i) {
    for (Index j = 0; j < pool.cols(); ++j) {
      const float x = pool(i, j);
      if (x < range.low[j]) range.low[j] = x;  // false for NaN
      if (x > range.high[j]) range.high[j] = x;
    }
  }
  for (Index j = 0; j < pool.cols(); ++j) {
    if (range.low[j] > range.high[j]) range.low[j] = range.high[j] = 0.0F;
  }
  return range;
}

Index Encoding::width() const {
  Index width = 0;
  for (const Feature& feature : features) width += num_columns(feature);
  return width;
}

std::vector<Index> Encoding::feature_of_column() const {
  std::vector<Index> owners;
  for (std::size_t j = 0; j < features.size(); ++j) {
    owners.insert(owners.end(), static_cast<std::size_t>(num_columns(features[j])), static_cast<Index>(j));
  }
  return owners;
}

void Encoding::encode(const Eigen::Ref<const FeatureMatrix>& rows, const PoolRange& range,
                      FeatureMatrix& encoded) const {
  assert(rows.cols() == static_cast<Index>(features.size()));
  encoded.resize(rows.rows(), width());
  Index column = 0;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const Feature& feature = features[j];
    const Index bins = num_bins(feature);
    const Index feature_index = static_cast<Index>(j);
    const float low = range.low[feature_index];
    const float extent = range.high[feature_index] - low;
    const bool has_range = extent > 0.0F;
    const float extent_scale = 1.0F / std::max(extent, kSmallestRange);
    for (Index i = 0; i < rows.rows(); ++i) {
      const float x = rows(i, feature_index);
      float* out = encoded.data() + i * encoded.cols() + column;
      if (std::isnan(x)) {
        std::fill(out, out + bins + 1, 0.0F);
        if (feature.has_indicator) out[bins + 1] = 1.0F;
        continue;
      }
      const float* edge = feature.edges.data();
      for (Index k = 0; k < bins; ++k) {
        out[k] = std::clamp((x - edge[k]) / (edge[k + 1] - edge[k]), 0.0F, 1.0F) - 0.5F;
      }
      out[bins] = has_range ? std::clamp((x - low) * extent_scale, 0.0F, 1.0F) - 0.5F : -0.5F;
      if (feature.has_indicator) out[bins + 1] = 0.0F;
    }
    column += num_columns(feature);
  }
}

}  // namespace irgan
