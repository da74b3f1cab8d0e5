#include "plugin/src/encoding/encoding.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace irgan {
namespace {

using Eigen::Index;

Index num_bins(const Encoding::Feature& feature) {
  return std::max<Index>(0, static_cast<Index>(feature.edges.size()) - 1);
}

Index num_columns(const Encoding::Feature& feature) { return num_bins(feature) + 1 + (feature.has_indicator ? 1 : 0); }

/// One feature of all rows.
struct Column {
  const float* first;
  Index stride;
  Index num_rows;
};

// Writes a feature's columns, the first at `out`. Where the compiler knows the number of bins, a value's are one step
// or two.
template <int kBins>
void encode_feature(const Encoding::Feature& feature, const Column& in, float low, float extent, float* out,
                    Index stride) {
  using Bins = Eigen::Array<float, kBins, 1>;
  const Index bins = num_bins(feature);
  const Bins begin = Eigen::Map<const Bins>(feature.edges.data(), bins);
  const Bins size = Eigen::Map<const Bins>(feature.edges.data() + (bins > 0 ? 1 : 0), bins) - begin;
  const bool has_range = extent > 0.0F;
  const float extent_scale = 1.0F / std::max(extent, kSmallestRange);
  for (Index i = 0; i < in.num_rows; ++i, out += stride) {
    const float x = in.first[i * in.stride];
    if (std::isnan(x)) {
      std::fill(out, out + bins + 1, 0.0F);
    } else {
      Eigen::Map<Bins>(out, bins) = ((x - begin) / size).max(0.0F).min(1.0F) - 0.5F;
      out[bins] = has_range ? std::clamp((x - low) * extent_scale, 0.0F, 1.0F) - 0.5F : -0.5F;
    }
    if (feature.has_indicator) out[bins + 1] = std::isnan(x) ? 1.0F : 0.0F;
  }
}

}  // namespace

PoolRange pool_range(const Eigen::Ref<const FeatureMatrix>& pool) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  PoolRange range{Eigen::VectorXf::Constant(pool.cols(), kInfinity),
                  Eigen::VectorXf::Constant(pool.cols(), -kInfinity)};
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
  if (encoded.size() == 0) return;  // no memory, in which nothing has an address
  Index column = 0;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const Index index = static_cast<Index>(j);
    const Column in{rows.data() + index, rows.outerStride(), rows.rows()};
    float* const out = encoded.data() + column;
    const float low = range.low[index], extent = range.high[index] - low;
    switch (num_bins(features[j])) {
      case 0:
        encode_feature<0>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 1:
        encode_feature<1>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 2:
        encode_feature<2>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 3:
        encode_feature<3>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 4:
        encode_feature<4>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 5:
        encode_feature<5>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 6:
        encode_feature<6>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 7:
        encode_feature<7>(features[j], in, low, extent, out, encoded.cols());
        break;
      case 8:
        encode_feature<8>(features[j], in, low, extent, out, encoded.cols());
        break;
      default:
        encode_feature<Eigen::Dynamic>(features[j], in, low, extent, out, encoded.cols());
    }
    column += num_columns(features[j]);
  }
}

}  // namespace irgan
