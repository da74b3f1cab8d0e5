#include "trainer/game/player.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/src/encoding/first_layer.h"
#include "trainer/collection/adam.h"
#include "trainer/parallel/process_group.h"

namespace irgan {
namespace {

using Constants = DescentConstants;
using Eigen::Index;
using Numbers = Eigen::Map<Eigen::ArrayXf>;

/// Some of a player's weights, those of one layer.
struct Piece {
  std::size_t descent;
  std::size_t layer;
  bool is_bias;
  Index begin;  // among the layer's weights, or biases
  Index size;
  std::size_t begin_feature;  // whose weights they are, in the first layer
  std::size_t end_feature;

  Numbers of(Network& network) const {
    Network::Layer& own = network.layers[layer];
    return {(is_bias ? own.bias.data() : own.weight.data()) + begin, size};
  }
};

// A piece's arrays stay in the processor's first cache while the examples' gradients are added.
constexpr Index kPieceSize = 4096;

void add_pieces(const Descent& descent, std::size_t number, std::vector<Piece>& pieces) {
  const std::vector<Network::Layer>& layers = descent.player.weights.layers;
  const std::vector<BinnedFeature>& features = descent.layout.features;
  const Index units = layers.front().weight.cols();
  for (std::size_t begin = 0; begin < features.size();) {
    std::size_t end = begin;
    const auto size = [&] { return (features[end - 1].end_column() - features[begin].column) * units; };
    do ++end;
    while (end < features.size() && size() < kPieceSize);
    pieces.push_back({number, 0, false, features[begin].column * units, size(), begin, end});
    begin = end;
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    for (Index begin = 0; l > 0 && begin < layers[l].weight.size(); begin += kPieceSize) {
      pieces.push_back({number, l, false, begin, std::min(kPieceSize, layers[l].weight.size() - begin), 0, 0});
    }
    pieces.push_back({number, l, true, 0, layers[l].bias.size(), 0, 0});
  }
}

// Adds the examples' gradients up, into the first of the part.
void sum_up(const Piece& piece, const Part& part, const Descent& descent) {
  if (part.end - part.begin < 2) return;
  const std::size_t middle = middle_of(part);
  sum_up(piece, {part.begin, middle}, descent);
  sum_up(piece, {middle, part.end}, descent);
  piece.of(*descent.gradients[part.begin]) += piece.of(*descent.gradients[middle]);
}

// Adds the sums of all processes up.
void sum_over_processes(const std::vector<Piece>& pieces, const std::vector<Descent>& descents,
                        std::size_t batch_size) {
  std::vector<float> sums;
  for (const Piece& piece : pieces) {
    const Numbers own = piece.of(*descents[piece.descent].gradients.front());
    sums.insert(sums.end(), own.begin(), own.end());
  }
  ProcessGroup::own().add_up(sums, batch_size);
  float* next = sums.data();
  for (const Piece& piece : pieces) {
    piece.of(*descents[piece.descent].gradients.front()) = Numbers(next, piece.size);
    next += piece.size;
  }
}

void step_down(const Piece& piece, const Descent& descent, double norm) {
  Player& player = descent.player;
  Numbers gradient = piece.of(*descent.gradients.front());
  if (norm > Constants::kMaxGradientNorm) gradient *= static_cast<float>(Constants::kMaxGradientNorm / norm);
  Numbers weights = piece.of(player.weights);
  adam_step(weights, gradient, piece.of(player.first_moment), piece.of(player.second_moment), descent.learning_rate,
            AdamCorrection(player.num_steps));
  const double t = static_cast<double>(player.num_steps);
  const float decay = static_cast<float>(std::min(Constants::kAveraging, t / (t + 10.0)));
  Numbers average = piece.of(player.average);
  average = decay * average + (1.0F - decay) * weights;
  for (std::size_t j = piece.begin_feature; j < piece.end_feature; ++j) {
    update_base(descent.layout, j, player.weights.layers.front().weight, descent.bases);
  }
}

}  // namespace

Player::Player(Network start)
    : weights(std::move(start)),
      average(weights),
      first_moment(zeros_like(weights)),
      second_moment(zeros_like(weights)) {}

std::vector<double> descend(const std::vector<Descent>& descents, std::size_t batch_size, ThreadPool& threads) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < descents.size(); ++i) add_pieces(descents[i], i, pieces);
  std::vector<double> squares(pieces.size());
  const auto add_squares = [&](std::size_t i) {
    const Numbers sum = pieces[i].of(*descents[pieces[i].descent].gradients.front());
    squares[i] = static_cast<double>(sum.matrix().squaredNorm());
  };
  const bool is_alone = ProcessGroup::own().count() == 1;
  threads.for_each(pieces.size(), [&](std::size_t i, unsigned) {
    const Descent& descent = descents[pieces[i].descent];
    sum_up(pieces[i], {0, descent.gradients.size()}, descent);
    if (is_alone) add_squares(i);
  });
  if (!is_alone) {
    sum_over_processes(pieces, descents, batch_size);
    threads.for_each(pieces.size(), [&](std::size_t i, unsigned) { add_squares(i); });
  }
  std::vector<double> norms(descents.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) norms[pieces[i].descent] += squares[i];
  for (double& norm : norms) {
    norm = std::sqrt(norm);
    if (!std::isfinite(norm)) throw Error("the gradient is not finite");
  }
  for (const Descent& descent : descents) ++descent.player.num_steps;
  threads.for_each(pieces.size(), [&](std::size_t i, unsigned) {
    step_down(pieces[i], descents[pieces[i].descent], norms[pieces[i].descent]);
  });
  return norms;
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
  adam_step(value.array(), gradient.array(), first_moment.array(), second_moment.array(), learning_rate,
            AdamCorrection(num_steps));
}

}  // namespace irgan
