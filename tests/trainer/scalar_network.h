/// The players' network once more, a number at a time in double precision: what the float code is compared with.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "plugin/src/model/network.h"

namespace irgan {

/// Returns all numbers of a network in a row: layer by layer, the weights row by row, then the biases.
inline Eigen::VectorXd flat(const Network& network) {
  Eigen::Index size = 0;
  for (const Network::Layer& layer : network.layers) size += layer.weight.size() + layer.bias.size();
  Eigen::VectorXd numbers(size);
  Eigen::Index next = 0;
  for (const Network::Layer& layer : network.layers) {
    for (Eigen::Index k = 0; k < layer.weight.size(); ++k) numbers[next++] = layer.weight.data()[k];
    for (const float bias : layer.bias) numbers[next++] = bias;
  }
  return numbers;
}

/// Returns a score for each row of `inputs` from the network in the shape of `shape` that has the numbers `numbers`.
///
/// Requires: `numbers` in the order of flat()
inline Eigen::VectorXd scalar_scores(const Network& shape, const Eigen::VectorXd& numbers,
                                     const FeatureMatrix& inputs) {
  Eigen::MatrixXd values = inputs.cast<double>();
  Eigen::Index next = 0;
  for (std::size_t l = 0; l < shape.layers.size(); ++l) {
    const Eigen::Index num_inputs = shape.layers[l].weight.rows();
    const Eigen::Index num_outputs = shape.layers[l].weight.cols();
    Eigen::MatrixXd outputs(values.rows(), num_outputs);
    for (Eigen::Index row = 0; row < values.rows(); ++row) {
      for (Eigen::Index out = 0; out < num_outputs; ++out) {
        double sum = numbers[next + num_inputs * num_outputs + out];
        for (Eigen::Index in = 0; in < num_inputs; ++in)
          sum += values(row, in) * numbers[next + in * num_outputs + out];
        outputs(row, out) = l + 1 < shape.layers.size() ? std::tanh(sum) : sum;
      }
    }
    next += num_inputs * num_outputs + num_outputs;
    values = outputs;
  }
  return values.col(0);
}

/// Returns a network like those that training starts with, but with biases and a last layer of some size.
inline Network busy_network(Eigen::Index num_inputs, const std::vector<int>& hidden_units, std::mt19937_64& random) {
  Network network;
  Eigen::Index inputs = num_inputs;
  std::normal_distribution<float> normal;
  for (std::size_t l = 0; l <= hidden_units.size(); ++l) {
    const Eigen::Index outputs = l < hidden_units.size() ? hidden_units[l] : 1;
    Network::Layer layer{FeatureMatrix(inputs, outputs), Eigen::VectorXf(outputs)};
    const float deviation = 1.0F / std::sqrt(static_cast<float>(inputs));
    for (Eigen::Index k = 0; k < layer.weight.size(); ++k) layer.weight.data()[k] = deviation * normal(random);
    for (float& bias : layer.bias) bias = 0.3F * normal(random);
    network.layers.push_back(layer);
    inputs = outputs;
  }
  return network;
}

}  // namespace irgan
