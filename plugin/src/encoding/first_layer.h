/// The first layer of a network on binned rows: the same sums as on encoded rows, from two weight rows a feature.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "plugin/src/encoding/binned_rows.h"

namespace irgan {

/// Returns what a value below a feature's first bin gives, by the first layer's weights W:
///
///   base_0 = -1/2 (sum over bins of W)  -  offset W_relative;   in bin k, base_k = base_(k-1) + W_(k-1)
///
/// Shapes: weight: layout.num_columns x units; result: features x units
IRGAN_API FeatureMatrix first_bases(const BinLayout& layout, const Eigen::Ref<const FeatureMatrix>& weight);

/// Computes that of the j-th feature again, into its row of `bases`.
IRGAN_API void update_base(const BinLayout& layout, std::size_t j, const Eigen::Ref<const FeatureMatrix>& weight,
                           FeatureMatrix& bases);

/// Computes  out = bias + sum over features of (base_k + place W_k + relative W_relative), or the indicator's weights
/// for a missing value. Of a run's rows that is a line in their coordinate.
///
/// Each row's sum goes through the features in their order: it does not depend on the other rows.
///
/// Shapes:   bases: of first_bases(); bias: units; out: becomes n x units
/// Cost:     n * features * units * 3 floating-point operations, and 8 a run and unit
IRGAN_API void first_layer(const BinnedRows& rows, const FeatureMatrix& bases,
                           const Eigen::Ref<const FeatureMatrix>& weight, const Eigen::Ref<const Eigen::VectorXf>& bias,
                           FeatureMatrix& out);

/// An example's rows, and the gradient of what first_layer() gave for them.
struct FirstLayerDelta {
  const BinnedRows* rows = nullptr;
  FeatureMatrix delta;  ///< n x units
};

/// Computes the sum of the examples' gradients of the weights, added up by halves, of which the first is not the
/// smaller.
///
/// Requires: at least one example, all of one layout and as many units
/// Shapes:   gradient: becomes layout.num_columns x units
IRGAN_API void first_layer_gradient(const std::vector<const FirstLayerDelta*>& examples, FeatureMatrix& gradient);

}  // namespace irgan
