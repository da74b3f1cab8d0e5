/// The backward pass of the players' networks, by hand.
#pragma once

#include <Eigen/Core>

#include "plugin/src/model/network.h"

namespace irgan {

/// A gradient, or any other array with one number a weight, has the shape of its network.
using NetworkGradient = Network;

/// Returns a network of the same shape with all numbers zero.
IRGAN_API Network zeros_like(const Network& network);

/// Computes dL/dweights from dL/dscores, but for the first layer's weights:
///
///   delta_L = dL/dscores;  delta_(l-1) = (delta_l weight_l^T) * (1 - h_(l-1)^2)
///   dL/dweight_l = h_(l-1)^T delta_l;  dL/dbias_l = column sums of delta_l
///
/// Theirs are a sum over examples, which first_layer_gradient() takes from the examples' `first_delta`.
///
/// Shapes:   score_gradient: n; gradient: overwritten, in the network's shape; first_delta: becomes n x units
/// Requires: `activations` are those of network.forward(rows, ...)
IRGAN_API void backpropagate(const Network& network, const Network::Activations& activations,
                             const Eigen::Ref<const Eigen::VectorXf>& score_gradient, NetworkGradient& gradient,
                             FeatureMatrix& first_delta);

}  // namespace irgan
