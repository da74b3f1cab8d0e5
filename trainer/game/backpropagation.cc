#include "trainer/game/backpropagation.h"

#include <cassert>
#include <utility>

namespace irgan {

Network zeros_like(const Network& network) {
  Network zeros;
  for (const Network::Layer& layer : network.layers) {
    zeros.layers.push_back(
        {FeatureMatrix::Zero(layer.weight.rows(), layer.weight.cols()), Eigen::VectorXf::Zero(layer.bias.size())});
  }
  return zeros;
}

void backpropagate(const Network& network, const Network::Activations& activations,
                   const Eigen::Ref<const Eigen::VectorXf>& score_gradient, NetworkGradient& gradient,
                   FeatureMatrix& first_delta) {
  assert(activations.hidden.size() + 1 == network.layers.size());
  gradient.layers.resize(network.layers.size());
  FeatureMatrix delta = score_gradient;
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    Network::Layer& out = gradient.layers[l];
    if (l > 0) out.weight.noalias() = activations.hidden[l - 1].transpose() * delta;
    out.bias = delta.colwise().sum().transpose();
    if (l == 0) break;
    FeatureMatrix below = delta * network.layers[l].weight.transpose();
    below.array() *= 1.0F - activations.hidden[l - 1].array().square();
    delta = std::move(below);
  }
  first_delta.swap(delta);
}

}  // namespace irgan
