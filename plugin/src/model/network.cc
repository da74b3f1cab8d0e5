#include "plugin/src/model/network.h"

#include <cassert>

namespace irgan {

Eigen::VectorXf Network::forward(const Eigen::Ref<const FeatureMatrix>& inputs, Activations& activations) const {
  assert(!layers.empty() && layers.back().weight.cols() == 1);
  activations.hidden.resize(layers.size() - 1);
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    FeatureMatrix& hidden = activations.hidden[l];
    if (l == 0) {
      hidden.noalias() = inputs * layers[l].weight;
    } else {
      hidden.noalias() = activations.hidden[l - 1] * layers[l].weight;
    }
    hidden.rowwise() += layers[l].bias.transpose();
    hidden.array() = hidden.array().tanh();
  }
  Eigen::VectorXf scores;
  if (activations.hidden.empty()) {
    scores.noalias() = inputs * layers.back().weight.col(0);
  } else {
    scores.noalias() = activations.hidden.back() * layers.back().weight.col(0);
  }
  scores.array() += layers.back().bias[0];
  return scores;
}

FeatureMatrix Network::input_gradient(const Activations& activations, Eigen::Index num_rows) const {
  FeatureMatrix gradient = layers.back().weight.transpose().replicate(num_rows, 1);
  for (std::size_t l = layers.size() - 1; l-- > 0;) {
    gradient.array() *= 1.0F - activations.hidden[l].array().square();
    gradient = gradient * layers[l].weight.transpose();
  }
  return gradient;
}

}  // namespace irgan
