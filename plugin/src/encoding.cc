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

// clip((x - a) / (b - a), 0, 1) - 1/2 of each bin [a, b]. Only the bin that x lies in needs the division: a difference is
// rounded to no less than a smaller one's, so that the quotient is at least 1 in every bin below and not above 0 beyond.
void encode_bins(float x, const std::vector<float>& edges, float* out) {
  for (std::size_t k = 0; k + 1 < edges.size(); ++k) {
    if (x >= edges[k + 1]) {
      out[k] = 0.5F;
    } else if (x <= edges[k]) {
      out[k] = -0.5F;
    } else {
      out[k] = (x - edges[k]) / (edges[k + 1] - edges[k]) - 0.5F;
    }
  }
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
  const Eigen::ArrayXf extent = (range.high - range.low).array();
  const Eigen::ArrayXf extent_scale = 1.0F / extent.max(kSmallestRange);
  for (Index i = 0; i < rows.rows(); ++i) {  // a row at a time: what is written stays together
    float* out = encoded.data() + i * encoded.cols();
    for (std::size_t j = 0; j < features.size(); ++j) {
      const Feature& feature = features[j];
      const Index bins = num_bins(feature);
      const Index index = static_cast<Index>(j);
      const float x = rows(i, index);
      if (std::isnan(x)) {
        std::fill(out, out + bins + 1, 0.0F);
      } else {
        encode_bins(x, feature.edges, out);
        out[bins] = extent[index] > 0.0F ? std::clamp((x - range.low[index]) * extent_scale[index], 0.0F, 1.0F) - 0.5F : -0.5F;
      }
      out += bins + 1;
      if (feature.has_indicator) *out++ = std::isnan(x) ? 1.0F : 0.0F;
    }
  }
}

}  // namespace irgan
