#include "trainer/game/discriminator_loss.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/random_vectors.h"

namespace irgan::discriminator_loss_test {

using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kRoundOff = 1e-12;  // a hundred operations on numbers below 10 in double precision

// A pool of 7 documents, of which some have never been clicked.
struct Board {
  VectorXd scores;
  VectorXd positives;
  VectorXd negatives;

  explicit Board(unsigned seed) {
    std::mt19937_64 random(seed);
    scores = random_scores(7, random, 2.0);
    positives = random_probabilities(7, random);
    positives[2] = positives[5] = 0.0;
    positives /= positives.sum();
    negatives = random_probabilities(7, random);
  }
};

VectorXd joined(const VectorXd& a, const VectorXd& b) {
  VectorXd both(a.size() + b.size());
  both << a, b;
  return both;
}

}  // namespace

TEST_CASE("plain_loss is the source's, and its gradient agrees with central differences",
          "[trainer][discriminator_loss]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const Board board(seed);
  double naive = 0.0;
  for (Index i = 0; i < 7; ++i) {
    const double d = 1.0 / (1.0 + std::exp(-board.scores[i]));
    naive -= board.positives[i] * std::log(d) + board.negatives[i] * std::log(1.0 - d);
  }
  const LossGradient result = plain_loss(board.scores, board.positives, board.negatives);
  CHECK_THAT(result.loss, WithinAbs(naive, kRoundOff));
  const VectorXd slopes = central_differences(
      [&](const VectorXd& s) { return plain_loss(s, board.positives, board.negatives).loss; }, board.scores);
  CHECK(largest_difference(result.gradient, slopes) < kSlopeTolerance);
}

TEST_CASE("ratio_loss agrees with central differences, p_neg a constant", "[trainer][discriminator_loss]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const Board board(seed);
  double naive = 0.0;
  const double z = board.scores.array().exp().sum();
  for (Index i = 0; i < 7; ++i) {
    const double ratio = std::exp(board.scores[i]) / z / board.negatives[i];  // e^f
    naive -= board.positives[i] * std::log(ratio / (1.0 + ratio)) + board.negatives[i] * std::log(1.0 / (1.0 + ratio));
  }
  const LossGradient result = ratio_loss(board.scores, board.positives, board.negatives);
  CHECK_THAT(result.loss, WithinAbs(naive, kRoundOff));
  const VectorXd slopes = central_differences(
      [&](const VectorXd& s) { return ratio_loss(s, board.positives, board.negatives).loss; }, board.scores);
  CHECK(largest_difference(result.gradient, slopes) < kSlopeTolerance);
}

TEST_CASE("ratio_loss has its optimum where softmax(s) is p_true, whatever the negatives",
          "[trainer][discriminator_loss]") {
  std::mt19937_64 random(4);
  const VectorXd truth = random_probabilities(9, random);
  for (int k = 0; k < 3; ++k) {
    const VectorXd negatives = random_probabilities(9, random);
    const VectorXd at_truth = truth.array().log() + 1.7;  // a constant changes nothing
    CHECK(ratio_loss(at_truth, truth, negatives).gradient.cwiseAbs().maxCoeff() < kRoundOff);
  }
}

TEST_CASE("with v negatives a positive ratio_loss keeps its optimum, and nears the softmax's gradient as v grows",
          "[trainer][discriminator_loss]") {
  std::mt19937_64 random(6);
  const VectorXd truth = random_probabilities(9, random);
  const VectorXd negatives = random_probabilities(9, random);
  const VectorXd at_truth = truth.array().log() - 0.3;
  const VectorXd elsewhere = random_scores(9, random);
  const VectorXd wanted = softmax_loss(elsewhere, truth).gradient;
  double last = 1.0;
  for (const double v : {1.0, 10.0, 100.0, 1000.0}) {
    CAPTURE(v);
    CHECK(ratio_loss(at_truth, truth, v * negatives).gradient.cwiseAbs().maxCoeff() < v * kRoundOff);
    const double distance = largest_difference(ratio_loss(elsewhere, truth, v * negatives).gradient, wanted);
    CHECK(distance < last);
    last = distance;
  }
  CHECK(last < 0.01);
}

TEST_CASE("sampled_ratio_loss with three negatives a positive agrees with central differences and with the exact loss",
          "[trainer][discriminator_loss]") {
  std::mt19937_64 random(7);
  constexpr Index n = 6;
  const VectorXd scores = random_scores(n, random, 2.0);
  const VectorXd log_uniform = VectorXd::Constant(3 * n, -std::log(static_cast<double>(n)));
  const auto loss = [&](const VectorXd& s) {
    return sampled_ratio_loss(s.head(n), s.tail(3 * n), log_uniform.head(n), log_uniform);
  };
  VectorXd all(4 * n);
  all << scores, scores, scores, scores;  // every document once as a positive, three times as a negative

  const SampledLoss result = loss(all);
  const VectorXd slopes = central_differences([&](const VectorXd& s) { return loss(s).loss; }, all);
  CHECK(largest_difference(joined(result.positive_gradient, result.negative_gradient), slopes) < kSlopeTolerance);
  const VectorXd uniform = VectorXd::Constant(n, 1.0 / n);
  CHECK_THAT(result.loss, WithinAbs(ratio_loss(scores, uniform, 3.0 * uniform).loss, kRoundOff));
}

TEST_CASE("ratio_loss stays finite where the negatives have given a document up", "[trainer][discriminator_loss]") {
  const VectorXd scores = (VectorXd(3) << 1.0, 0.0, -900.0).finished();
  const VectorXd positives = (VectorXd(3) << 0.5, 0.0, 0.5).finished();
  const VectorXd negatives = (VectorXd(3) << 0.0, 1.0, 0.0).finished();
  const LossGradient result = ratio_loss(scores, positives, negatives);
  CHECK(std::isfinite(result.loss));
  CHECK(result.gradient.allFinite());
  CHECK(log_ratio(scores, negatives).allFinite());
  CHECK_THAT(log_ratio(VectorXd::Zero(2), VectorXd::Zero(2))[0],
             WithinAbs(std::log(0.5 / kProbabilityFloor), kRoundOff));
}

TEST_CASE("pairwise_loss agrees with central differences", "[trainer][discriminator_loss]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const Board board(seed);
  double naive = 0.0;
  for (Index u = 0; u < 7; ++u) {
    for (Index v = 0; v < 7; ++v) {
      naive += board.positives[u] * board.negatives[v] * std::log(1.0 + std::exp(board.scores[v] - board.scores[u]));
    }
  }
  const LossGradient result = pairwise_loss(board.scores, board.positives, board.negatives);
  CHECK_THAT(result.loss, WithinAbs(naive, kRoundOff));
  const VectorXd slopes = central_differences(
      [&](const VectorXd& s) { return pairwise_loss(s, board.positives, board.negatives).loss; }, board.scores);
  CHECK(largest_difference(result.gradient, slopes) < kSlopeTolerance);
}

TEST_CASE("softmax_loss agrees with central differences and is least at p_true", "[trainer][discriminator_loss]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const Board board(seed);
  const LossGradient result = softmax_loss(board.scores, board.positives);
  const VectorXd slopes =
      central_differences([&](const VectorXd& s) { return softmax_loss(s, board.positives).loss; }, board.scores);
  CHECK(largest_difference(result.gradient, slopes) < kSlopeTolerance);
  CHECK(softmax_loss(board.negatives.array().log(), board.negatives).gradient.cwiseAbs().maxCoeff() < kRoundOff);
}

TEST_CASE("the sampled losses agree with central differences over positives and negatives",
          "[trainer][discriminator_loss]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  constexpr Index k = 6;
  const VectorXd positive_scores = random_scores(k, random, 2.0);
  const VectorXd negative_scores = random_scores(k, random, 2.0);
  const VectorXd scores = joined(positive_scores, negative_scores);

  SECTION("plain") {
    const SampledLoss result = sampled_plain_loss(positive_scores, negative_scores);
    const VectorXd slopes =
        central_differences([&](const VectorXd& s) { return sampled_plain_loss(s.head(k), s.tail(k)).loss; }, scores);
    CHECK(largest_difference(joined(result.positive_gradient, result.negative_gradient), slopes) < kSlopeTolerance);
  }
  SECTION("pairwise") {
    const SampledLoss result = sampled_pairwise_loss(positive_scores, negative_scores);
    const VectorXd slopes = central_differences(
        [&](const VectorXd& s) { return sampled_pairwise_loss(s.head(k), s.tail(k)).loss; }, scores);
    CHECK(largest_difference(joined(result.positive_gradient, result.negative_gradient), slopes) < kSlopeTolerance);
  }
  SECTION("ratio, through the estimate of log Z") {
    const VectorXd positive_noise = random_scores(k, random).array() - 4.0;
    const VectorXd negative_noise = random_scores(k, random).array() - 4.0;
    const SampledLoss result = sampled_ratio_loss(positive_scores, negative_scores, positive_noise, negative_noise);
    const VectorXd slopes = central_differences(
        [&](const VectorXd& s) {
          return sampled_ratio_loss(s.head(k), s.tail(k), positive_noise, negative_noise).loss;
        },
        scores);
    CHECK(largest_difference(joined(result.positive_gradient, result.negative_gradient), slopes) < kSlopeTolerance);
    double mean = 0.0;
    for (Index i = 0; i < k; ++i) mean += std::exp(negative_scores[i]) / std::exp(negative_noise[i]) / k;
    CHECK_THAT(result.log_partition, WithinAbs(std::log(mean), kRoundOff));
  }
}

TEST_CASE("the sampled losses of every document once are the exact ones under uniform distributions",
          "[trainer][discriminator_loss]") {
  std::mt19937_64 random(5);
  constexpr Index n = 8;
  const VectorXd scores = random_scores(n, random, 2.0);
  const VectorXd uniform = VectorXd::Constant(n, 1.0 / n);
  const VectorXd log_uniform = uniform.array().log();

  const SampledLoss ratio = sampled_ratio_loss(scores, scores, log_uniform, log_uniform);
  CHECK_THAT(ratio.log_partition, WithinAbs(std::log(scores.array().exp().sum()), kRoundOff));
  const LossGradient exact_ratio = ratio_loss(scores, uniform, uniform);
  CHECK_THAT(ratio.loss, WithinAbs(exact_ratio.loss, kRoundOff));
  CHECK(largest_difference(ratio.positive_gradient + ratio.negative_gradient, exact_ratio.gradient) < kRoundOff);

  const SampledLoss plain = sampled_plain_loss(scores, scores);
  const LossGradient exact_plain = plain_loss(scores, uniform, uniform);
  CHECK_THAT(plain.loss, WithinAbs(exact_plain.loss, kRoundOff));
  CHECK(largest_difference(plain.positive_gradient + plain.negative_gradient, exact_plain.gradient) < kRoundOff);
}

TEST_CASE("sampled_ratio_loss takes numbers of any size of log p_neg and score", "[trainer][discriminator_loss]") {
  const VectorXd scores = (VectorXd(2) << 1e4, -1e4).finished();
  const VectorXd noise = VectorXd::Constant(2, std::log(kProbabilityFloor));
  const SampledLoss result = sampled_ratio_loss(scores, scores, noise, noise);
  CHECK(std::isfinite(result.loss));
  CHECK(result.positive_gradient.allFinite());
  CHECK(result.negative_gradient.allFinite());
}

TEST_CASE("pairwise_rewards is the mean reward against every clicked document", "[trainer][discriminator_loss]") {
  const Reward reward = GENERATE(Reward::log, Reward::sigmoid);
  const unsigned seed = GENERATE(1u, 2u);
  CAPTURE(seed);
  const Board board(seed);
  const VectorXd worth = pairwise_rewards(board.scores, board.positives, reward);
  for (Index d = 0; d < 7; ++d) {
    double naive = 0.0;
    for (Index u = 0; u < 7; ++u) {
      const double f = board.scores[d] - board.scores[u];
      const double worth_of_one =
          reward == Reward::log ? std::log(1.0 + std::exp(f)) : 2.0 / (1.0 + std::exp(-f)) - 1.0;
      naive += board.positives[u] * worth_of_one;
    }
    CHECK_THAT(worth[d], WithinAbs(naive, kRoundOff));
  }
}

}  // namespace irgan::discriminator_loss_test
