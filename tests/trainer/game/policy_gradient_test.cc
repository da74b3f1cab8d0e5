#include "trainer/game/policy_gradient.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/random_vectors.h"
#include "trainer/game/softmax.h"

namespace irgan::policy_gradient_test {

using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kRoundOff = 1e-14;

// eq. 13.27's objective, negated: what the draws' advantages pull at.
double sampled_loss(const VectorXd& scores, const std::vector<Draw>& draws, double tau) {
  const VectorXd log_probabilities = log_softmax(scores / tau);
  double sum = 0.0;
  for (const Draw& draw : draws) sum += draw.advantage * log_probabilities[draw.row];
  return -sum / static_cast<double>(draws.size());
}

}  // namespace

TEST_CASE("the exact policy gradient agrees with central differences of the expected reward",
          "[trainer][policy_gradient]") {
  const double tau = GENERATE(0.2, 1.0, 5.0);
  std::mt19937_64 random(1);
  const VectorXd scores = random_scores(6, random, 0.5);
  const VectorXd reward = random_scores(6, random);
  const VectorXd slopes = central_differences([&](const VectorXd& g) { return -softmax(g / tau).dot(reward); }, scores);
  CHECK(largest_difference(policy_gradient(softmax(scores / tau), reward, tau), slopes) < kSlopeTolerance);
}

TEST_CASE("the sampled policy gradient agrees with central differences of the sampled loss",
          "[trainer][policy_gradient]") {
  const double tau = GENERATE(0.2, 1.0, 5.0);
  const VectorXd scores = (VectorXd(4) << 0.3, -1.2, 2.0, 0.0).finished();
  const std::vector<Draw> draws{{2, 0.7}, {0, -0.4}, {2, 0.1}};
  const VectorXd slopes = central_differences([&](const VectorXd& g) { return sampled_loss(g, draws, tau); }, scores);
  CHECK(largest_difference(policy_gradient(softmax(scores / tau), draws, tau), slopes) < kSlopeTolerance);
}

TEST_CASE("the sampled policy gradient is the exact one on average", "[trainer][policy_gradient]") {
  const unsigned seed = 6;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const VectorXd probabilities = random_probabilities(5, random);
  const VectorXd reward = random_scores(5, random);
  const VectorXd exact = policy_gradient(probabilities, reward, 1.0);

  constexpr int kRounds = 20000;
  constexpr int kDraws = 4;
  VectorXd sum = VectorXd::Zero(5);
  VectorXd squares = VectorXd::Zero(5);
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Index> rows = draw_rows(probabilities, kDraws, random);
    VectorXd drawn(kDraws);
    for (int k = 0; k < kDraws; ++k) drawn[k] = reward[rows[static_cast<std::size_t>(k)]];
    const VectorXd gradient = policy_gradient(probabilities, leave_one_out_advantages(rows, drawn), 1.0);
    sum += gradient;
    squares += gradient.cwiseAbs2();
  }
  const VectorXd mean = sum / kRounds;
  const VectorXd error = ((squares / kRounds - mean.cwiseAbs2()) / kRounds).cwiseSqrt();
  for (Index j = 0; j < 5; ++j) CHECK_THAT(mean[j], WithinAbs(exact[j], 4.0 * error[j]));  // four standard errors
}

TEST_CASE("the policy gradient adds up to 0: a constant in all scores changes nothing", "[trainer][policy_gradient]") {
  std::mt19937_64 random(2);
  const VectorXd probabilities = random_probabilities(6, random);
  CHECK_THAT(policy_gradient(probabilities, random_scores(6, random), 0.5).sum(), WithinAbs(0.0, kRoundOff));
  const std::vector<Draw> draws{{1, 2.0}, {4, -0.5}};
  CHECK_THAT(policy_gradient(probabilities, draws, 0.5).sum(), WithinAbs(0.0, kRoundOff));
}

TEST_CASE("each draw's baseline is the mean reward of the others", "[trainer][policy_gradient]") {
  const VectorXd reward = (VectorXd(3) << 3.0, 1.0, 8.0).finished();
  const std::vector<Draw> draws = leave_one_out_advantages({7, 2, 7}, reward);
  REQUIRE(draws.size() == 3);
  CHECK(draws[0].row == 7);
  CHECK(draws[1].row == 2);
  CHECK_THAT(draws[0].advantage, WithinAbs(3.0 - 4.5, kRoundOff));
  CHECK_THAT(draws[1].advantage, WithinAbs(1.0 - 5.5, kRoundOff));
  CHECK_THAT(draws[2].advantage, WithinAbs(8.0 - 2.0, kRoundOff));

  const std::vector<Draw> alone = leave_one_out_advantages({4}, VectorXd::Constant(1, 2.5));
  CHECK(alone.front().advantage == 2.5);
}

TEST_CASE("rewards are log(1 + e^f) or 2 sigma(f) - 1", "[trainer][policy_gradient]") {
  const VectorXd logits = (VectorXd(4) << 0.0, 2.0, 1e4, -1e4).finished();
  const VectorXd log = rewards(logits, Reward::log);
  CHECK_THAT(log[0], WithinAbs(std::log(2.0), kRoundOff));
  CHECK_THAT(log[1], WithinAbs(std::log(1.0 + std::exp(2.0)), kRoundOff));
  CHECK(log[2] == 1e4);
  CHECK(log[3] == 0.0);
  const VectorXd sigmoid = rewards(logits, Reward::sigmoid);
  CHECK(sigmoid[0] == 0.0);
  CHECK_THAT(sigmoid[1], WithinAbs(std::tanh(1.0), kRoundOff));  // 2 sigma(f) - 1 = tanh(f / 2)
  CHECK(sigmoid[2] == 1.0);
  CHECK(sigmoid[3] == -1.0);
}

TEST_CASE("rows are drawn as often as they are likely, and never where the probability is 0",
          "[trainer][policy_gradient]") {
  const unsigned seed = 3;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const VectorXd probabilities = (VectorXd(5) << 0.0, 0.5, 0.0, 0.3, 0.2).finished();
  constexpr int kDraws = 100000;
  VectorXd counts = VectorXd::Zero(5);
  for (const Index row : draw_rows(probabilities, kDraws, random)) counts[row] += 1.0;
  CHECK(counts[0] == 0.0);
  CHECK(counts[2] == 0.0);
  // Four standard errors of a share, at most sqrt(1/4 / draws).
  CHECK(largest_difference(counts / kDraws, probabilities) < 4.0 * 0.5 / std::sqrt(kDraws));
}

}  // namespace irgan::policy_gradient_test
