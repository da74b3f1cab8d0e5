#include "trainer/game/player.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace irgan {
namespace {

using Constants = AdamConstants;

// The two moments' bias corrections after `steps` steps.
struct Correction {
  double first;
  double second;
};

Correction correction(std::int64_t steps) {
  const double t = static_cast<double>(steps);
  return {1.0 - std::pow(Constants::kBeta1, t), 1.0 - std::pow(Constants::kBeta2, t)};
}

template <class Weights, class Gradient, class Moments>
void adam_step(Weights& weights, const Gradient& gradient, Moments& first, Moments& second, double learning_rate,
               const Correction& bias) {
  using Scalar = typename Weights::Scalar;
  first = static_cast<Scalar>(Constants::kBeta1) * first + static_cast<Scalar>(1.0 - Constants::kBeta1) * gradient;
  second.array() = static_cast<Scalar>(Constants::kBeta2) * second.array() +
                   static_cast<Scalar>(1.0 - Constants::kBeta2) * gradient.array().square();
  weights.array() -=
      static_cast<Scalar>(learning_rate / bias.first) * first.array() /
      ((second.array() / static_cast<Scalar>(bias.second)).sqrt() + static_cast<Scalar>(Constants::kEpsilon));
}

}  // namespace

Player::Player(Network start)
    : weights(std::move(start)),
      average(weights),
      first_moment(zeros_like(weights)),
      second_moment(zeros_like(weights)) {}

double Player::update(NetworkGradient& gradient, double learning_rate) {
  const double norm = std::sqrt(squared_norm(gradient));
  if (!std::isfinite(norm)) throw Error("the gradient is not finite");
  if (norm > Constants::kMaxGradientNorm) {
    const float scale = static_cast<float>(Constants::kMaxGradientNorm / norm);
    for (Network::Layer& layer : gradient.layers) {
      layer.weight *= scale;
      layer.bias *= scale;
    }
  }
  ++num_steps;
  const Correction bias = correction(num_steps);
  const double t = static_cast<double>(num_steps);
  const float decay = static_cast<float>(std::min(Constants::kAveraging, t / (t + 10.0)));
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    Network::Layer& layer = weights.layers[l];
    adam_step(layer.weight, gradient.layers[l].weight, first_moment.layers[l].weight, second_moment.layers[l].weight,
              learning_rate, bias);
    adam_step(layer.bias, gradient.layers[l].bias, first_moment.layers[l].bias, second_moment.layers[l].bias,
              learning_rate, bias);
    average.layers[l].weight = decay * average.layers[l].weight + (1.0F - decay) * layer.weight;
    average.layers[l].bias = decay * average.layers[l].bias + (1.0F - decay) * layer.bias;
  }
  return norm;
}

Network random_network(Eigen::Index num_inputs, const std::vector<int>& hidden_units, std::mt19937_64& random) {
  constexpr float kLastLayerScale = 0.1F;
  Network network;
  Eigen::Index inputs = num_inputs;
  std::normal_distribution<float> normal;
  const auto add_layer = [&](Eigen::Index outputs, float scale) {
    Network::Layer layer{FeatureMatrix(inputs, outputs), Eigen::VectorXf::Zero(outputs)};
    const float deviation = scale / std::sqrt(static_cast<float>(inputs));
    for (Eigen::Index i = 0; i < inputs; ++i) {
      for (Eigen::Index j = 0; j < outputs; ++j) layer.weight(i, j) = deviation * normal(random);
    }
    network.layers.push_back(std::move(layer));
    inputs = outputs;
  };
  for (const int units : hidden_units) add_layer(units, 1.0F);
  add_layer(1, kLastLayerScale);
  return network;
}

PositionOffsets::PositionOffsets(Eigen::Index num_ranks)
    : value(Eigen::VectorXd::Zero(num_ranks)),
      first_moment(Eigen::VectorXd::Zero(num_ranks)),
      second_moment(Eigen::VectorXd::Zero(num_ranks)) {}

void PositionOffsets::update(const Eigen::VectorXd& gradient, double learning_rate) {
  ++num_steps;
  adam_step(value, gradient, first_moment, second_moment, learning_rate, correction(num_steps));
}

}  // namespace irgan
