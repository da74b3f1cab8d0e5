#include "trainer/game/backpropagation.h"

#include <cassert>

namespace irgan {

Network zeros_like(const Network& network) {
  Network zeros;
  for (const Network::Layer& layer : network.layers) {
    zeros.layers.push_back(
        {FeatureMatrix::Zero(layer.weight.rows(), layer.weight.cols()), Eigen::VectorXf::Zero(layer.bias.size())});
  }
  return zeros;
}

void backpropagate(const Network& network, const Eigen::Ref<const FeatureMatrix>& inputs,
                   const Network::Activations& activations, const Eigen::Ref<const Eigen::VectorXf>& score_gradient,
                   NetworkGradient& gradient) {
  assert(inputs.rows() == score_gradient.size());
  assert(activations.hidden.size() + 1 == network.layers.size());
  gradient.layers.resize(network.layers.size());
  FeatureMatrix delta = score_gradient;
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    Network::Layer& out = gradient.layers[l];
    if (l == 0) {
      out.weight.noalias() = inputs.transpose() * delta;
    } else {
      out.weight.noalias() = activations.hidden[l - 1].transpose() * delta;
    }
    out.bias = delta.colwise().sum().transpose();
    if (l == 0) break;
    FeatureMatrix below = delta * network.layers[l].weight.transpose();
    below.array() *= 1.0F - activations.hidden[l - 1].array().square();
    delta = std::move(below);
  }
}

void add(const NetworkGradient& term, NetworkGradient& sum) {
  for (std::size_t l = 0; l < sum.layers.size(); ++l) {
    sum.layers[l].weight += term.layers[l].weight;
    sum.layers[l].bias += term.layers[l].bias;
  }
}

double squared_norm(const NetworkGradient& gradient) {
  double sum = 0.0;
  for (const Network::Layer& layer : gradient.layers) {
    sum += static_cast<double>(layer.weight.squaredNorm()) + static_cast<double>(layer.bias.squaredNorm());
  }
  return sum;
}

}  // namespace irgan
