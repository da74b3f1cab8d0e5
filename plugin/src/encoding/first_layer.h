/// The first layer of a network on binned rows: the same sums as on encoded rows, from two weight rows a feature.
#pragma once

#include <Eigen/Core>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "plugin/src/encoding/binned_rows.h"

namespace irgan {

/// Returns what every run's rows have in common, by the first layer's weights W: for bin k of a feature
///
///   base_k = 1/2 (sum over bins below k of W  -  sum over bin k and those above of W)  -  offset W_relative
///
/// and the indicator's weights, or zeros, for missing values.
///
/// Shapes: weight: layout.num_columns x units; result: layout.num_runs x units
IRGAN_API FeatureMatrix run_bases(const BinLayout& layout, const Eigen::Ref<const FeatureMatrix>& weight);

/// Computes those of one feature again, into their rows of `bases`.
IRGAN_API void update_bases(const BinnedFeature& feature, const Eigen::Ref<const FeatureMatrix>& weight,
                            FeatureMatrix& bases);

/// Computes  out = bias + sum over features of (base_k + place W_k + relative W_relative).
///
/// Each row's sum goes through the features in their order: it does not depend on the other rows.
///
/// Shapes:   bases: of run_bases(); bias: units; out: becomes n x units
/// Cost:     n * features * units * 5 floating-point operations
IRGAN_API void first_layer(const BinnedRows& rows, const FeatureMatrix& bases,
                           const Eigen::Ref<const FeatureMatrix>& weight, const Eigen::Ref<const Eigen::VectorXf>& bias,
                           FeatureMatrix& out);

/// Computes the gradient of the weights from that of `out`.
///
/// Shapes:   delta: n x units; gradient: becomes layout.num_columns x units
IRGAN_API void first_layer_gradient(const BinnedRows& rows, const Eigen::Ref<const FeatureMatrix>& delta,
                                    FeatureMatrix& gradient);

}  // namespace irgan
