/// Piecewise-linear encoding of feature rows: what the networks see.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "irgan/pool_range.h"

namespace irgan {

/// A smaller range of a feature in a pool is taken for so large.
inline constexpr float kSmallestRange = 1e-6F;

/// Shapes: pool: n x features
IRGAN_API PoolRange pool_range(const Eigen::Ref<const FeatureMatrix>& pool);

/// Each feature becomes, side by side,
///   a column per bin [a, b] between neighbouring edges:  clip((x - a) / (b - a), 0, 1) - 1/2
///   a column relative to the pool:                       (x - low) / (high - low) - 1/2,  -1/2 for an empty range
///   an indicator of missing, if training saw any:        0 or 1
/// and a missing value has 0 in all but the indicator.
///
/// Source: Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep Learning", 2022, section 3.2
struct IRGAN_API Encoding {
  struct Feature {
    std::vector<float> edges;  ///< ascending, each once; fewer than two give no bins
    bool has_indicator = false;
  };
  std::vector<Feature> features;

  Eigen::Index width() const;
  /// Which feature each encoded column comes from.
  std::vector<Eigen::Index> feature_of_column() const;

  /// Writes the encoded rows.
  ///
  /// Shapes:   rows: n x features, any rows of the pool that `range` was taken from; encoded: becomes n x width()
  /// Requires: rows.cols() == features.size()
  void encode(const Eigen::Ref<const FeatureMatrix>& rows, const PoolRange& range, FeatureMatrix& encoded) const;
};

}  // namespace irgan
