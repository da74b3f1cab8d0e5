#include "plugin/src/model/network.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "plugin/src/encoding/first_layer.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

std::string layer_name(const std::string& network, std::size_t layer, const char* part) {
  return network + '.' + std::to_string(layer) + '.' + part;
}

// The forward pass after the first layer's sums, which `write_sums` writes.
template <class WriteSums>
Eigen::VectorXf finish(const Network& network, Network::Activations& activations, const WriteSums& write_sums) {
  const std::vector<Network::Layer>& layers = network.layers;
  assert(!layers.empty() && layers.back().weight.cols() == 1);
  activations.hidden.resize(layers.size() - 1);
  if (activations.hidden.empty()) {
    FeatureMatrix scores;
    write_sums(scores);
    return scores.col(0);
  }
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    FeatureMatrix& hidden = activations.hidden[l];
    if (l == 0) {
      write_sums(hidden);
    } else {
      hidden.noalias() = activations.hidden[l - 1] * layers[l].weight;
      hidden.rowwise() += layers[l].bias.transpose();
    }
    hidden.array() = hidden.array().tanh();
  }
  Eigen::VectorXf scores = activations.hidden.back() * layers.back().weight.col(0);
  scores.array() += layers.back().bias[0];
  return scores;
}

}  // namespace

Eigen::VectorXf Network::forward(const Eigen::Ref<const FeatureMatrix>& inputs, Activations& activations) const {
  return finish(*this, activations, [&](FeatureMatrix& out) {
    out.noalias() = inputs * layers.front().weight;
    out.rowwise() += layers.front().bias.transpose();
  });
}

Eigen::VectorXf Network::forward(const BinnedRows& rows, const FeatureMatrix& bases, Activations& activations) const {
  return finish(*this, activations,
                [&](FeatureMatrix& out) { first_layer(rows, bases, layers.front().weight, layers.front().bias, out); });
}

FeatureMatrix Network::input_gradient(const Activations& activations, Eigen::Index num_rows) const {
  FeatureMatrix gradient = layers.back().weight.transpose().replicate(num_rows, 1);
  for (std::size_t l = layers.size() - 1; l-- > 0;) {
    gradient.array() *= 1.0F - activations.hidden[l].array().square();
    gradient = gradient * layers[l].weight.transpose();
  }
  return gradient;
}

void put_network(const std::string& name, const Network& network, TensorFile& file) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Network::Layer& layer = network.layers[l];
    const FeatureMatrix outputs_by_inputs = layer.weight.transpose();
    file.tensors.push_back(make_tensor(layer_name(name, l, "weight"),
                                       {outputs_by_inputs.rows(), outputs_by_inputs.cols()}, outputs_by_inputs.data()));
    file.tensors.push_back(make_tensor(layer_name(name, l, "bias"), {layer.bias.size()}, layer.bias.data()));
  }
}

Network get_network(const std::string& name, const TensorFile& file) {
  Network network;
  for (std::size_t l = 0; file.contains(layer_name(name, l, "weight")); ++l) {
    const std::string weight_name = layer_name(name, l, "weight");
    const auto shape = file.tensor(weight_name, "F32", 2).shape;
    const std::vector<float> weight = file.floats(weight_name, 2);
    const std::vector<float> bias = file.floats(layer_name(name, l, "bias"), 1);
    const bool fits_before = l == 0 || shape[1] == network.layers.back().bias.size();
    if (!fits_before || static_cast<std::int64_t>(bias.size()) != shape[0] || shape[0] == 0) {
      throw FormatError(file.origin + ": tensor '" + weight_name + "' does not fit its neighbours");
    }
    if (!all_finite(weight) || !all_finite(bias)) {
      throw FormatError(file.origin + ": tensor '" + weight_name + "' or its bias is not finite");
    }
    network.layers.push_back({Eigen::Map<const FeatureMatrix>(weight.data(), shape[0], shape[1]).transpose(),
                              Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Eigen::Index>(bias.size()))});
  }
  return network;
}

}  // namespace irgan
