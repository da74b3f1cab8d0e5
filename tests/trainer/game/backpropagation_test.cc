#include "trainer/game/backpropagation.h"

#include <catch2/catch.hpp>

#include "plugin/src/encoding/first_layer.h"
#include "tests/trainer/binned_inputs.h"
#include "tests/trainer/central_differences.h"
#include "tests/trainer/random_vectors.h"
#include "tests/trainer/scalar_network.h"
#include "trainer/game/discriminator_loss.h"
#include "trainer/game/policy_gradient.h"
#include "trainer/game/softmax.h"

namespace irgan::backpropagation_test {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

// The float gradient of one number is a sum of some 10 rows' products through layers of at most 5 units, each below 1:
// about a hundred roundings of 2^-24 at most. The slopes themselves are measured in double, kSlopeTolerance.
constexpr double kFloatRoundOff = 100.0 * 6e-8;
constexpr double kTolerance = kFloatRoundOff + kSlopeTolerance;

struct Board {
  Network network;
  FeatureMatrix inputs;
  VectorXd positives;
  VectorXd negatives;
};

Board board_for(unsigned seed, const std::vector<int>& hidden_units) {
  std::mt19937_64 random(seed);
  Board board;
  board.network = busy_network(4, hidden_units, random);
  board.inputs = random_rows(6, 4, random);
  board.positives = random_probabilities(6, random);
  board.negatives = random_probabilities(6, random);
  return board;
}

// Takes the float way that training takes: forward, loss's gradient in double, backward in float.
template <class LossOfScores>
NetworkGradient gradient_of(const Board& board, const LossOfScores& loss, NetworkGradient gradient = {}) {
  Network::Activations activations;
  const BinnedInputs binned(board.inputs);
  const VectorXd scores = binned.scores(board.network, activations);
  FirstLayerDelta first{&binned.rows, {}};
  backpropagate(board.network, activations, loss(scores).gradient.template cast<float>(), gradient, first.delta);
  first_layer_gradient({&first}, gradient.layers.front().weight);
  return gradient;
}

// Measures the slope of the same loss along every weight and bias, by the scalar network.
template <class LossOfScores>
VectorXd slopes_of(const Board& board, const LossOfScores& loss) {
  return central_differences(
      [&](const VectorXd& numbers) { return loss(scalar_scores(board.network, numbers, board.inputs)).loss; },
      flat(board.network));
}

}  // namespace

TEST_CASE("backpropagation agrees with central differences in every weight and bias", "[trainer][backpropagation]") {
  const unsigned seed = GENERATE(1u, 2u);
  const std::vector<int> hidden_units = GENERATE(std::vector<int>{5, 3}, std::vector<int>{4}, std::vector<int>{});
  CAPTURE(seed, hidden_units.size());
  const Board board = board_for(seed, hidden_units);

  SECTION("plain discriminator") {
    const auto loss = [&](const VectorXd& s) { return plain_loss(s, board.positives, board.negatives); };
    CHECK(largest_difference(flat(gradient_of(board, loss)), slopes_of(board, loss)) < kTolerance);
  }
  SECTION("ratio discriminator") {
    const auto loss = [&](const VectorXd& s) { return ratio_loss(s, board.positives, board.negatives); };
    CHECK(largest_difference(flat(gradient_of(board, loss)), slopes_of(board, loss)) < kTolerance);
  }
  SECTION("pairwise discriminator") {
    const auto loss = [&](const VectorXd& s) { return pairwise_loss(s, board.positives, board.negatives); };
    CHECK(largest_difference(flat(gradient_of(board, loss)), slopes_of(board, loss)) < kTolerance);
  }
  SECTION("generator") {
    std::mt19937_64 random(seed + 10);
    const VectorXd reward = random_scores(6, random);
    const double tau = 0.5;
    const auto loss = [&](const VectorXd& g) {
      const VectorXd p = softmax(g / tau);
      return LossGradient{-p.dot(reward), policy_gradient(p, reward, tau)};
    };
    CHECK(largest_difference(flat(gradient_of(board, loss)), slopes_of(board, loss)) < kTolerance);
  }
}

TEST_CASE("the forward pass agrees with the scalar network", "[trainer][backpropagation]") {
  const Board board = board_for(3, {5, 3});
  Network::Activations activations;
  const BinnedInputs binned(board.inputs);
  const VectorXd scores = binned.scores(board.network, activations);
  CHECK(largest_difference(scores, scalar_scores(board.network, flat(board.network), board.inputs)) < kFloatRoundOff);
}

TEST_CASE("a gradient overwrites what its place held, of any shape", "[trainer][backpropagation]") {
  const Board board = board_for(4, {5, 3});
  const auto loss = [&](const VectorXd& s) { return plain_loss(s, board.positives, board.negatives); };
  std::mt19937_64 random(5);
  const NetworkGradient used = busy_network(9, {2}, random);
  CHECK(flat(gradient_of(board, loss, used)) == flat(gradient_of(board, loss)));
}

}  // namespace irgan::backpropagation_test
