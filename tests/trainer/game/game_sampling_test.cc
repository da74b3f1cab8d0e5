/// Gradients from draws are the exact ones on average.

#include <catch2/catch.hpp>
#include <vector>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/game/busy_game.h"
#include "trainer/game/game.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan::game_sampling_test {

using Eigen::VectorXd;

namespace {

// Mean and standard error of a vector over repetitions.
struct Mean {
  VectorXd sum;
  VectorXd squares;
  int count = 0;

  void add(const VectorXd& values) {
    if (count++ == 0) {
      sum = squares = VectorXd::Zero(values.size());
    }
    sum += values;
    squares += values.cwiseAbs2();
  }
  VectorXd mean() const { return sum / count; }
  VectorXd error() const { return ((squares / count - mean().cwiseAbs2()).cwiseMax(0.0) / count).cwiseSqrt(); }
};

// The most standard errors that any entry is away from `expected`, float round-off allowed for.
double most_errors_away(const Mean& mean, const VectorXd& expected) {
  return ((mean.mean() - expected).cwiseAbs().array() / (mean.error().array() + kFloatRoundOff)).maxCoeff();
}

}  // namespace

TEST_CASE("sampled gradients of D and b are the exact ones on average", "[trainer][game]") {
  GameOptions options;
  options.form = DiscriminatorForm::plain;
  options.lambda = 0.3;
  const Batch batch(5);
  ThreadPool threads(1);
  BusyGame exact(options, threads);
  exact.step(batch.items, 0.0, 0.0);

  options.samples = 4;
  Mean gradients;
  Mean offset_gradients;
  std::vector<GameItem> items = batch.items;
  for (int round = 0; round < 3000; ++round) {
    BusyGame sampled(options, threads);
    for (GameItem& item : items) item.seed += 1000;
    sampled.step(items, 0.0, 0.0);
    gradients.add(gradient_of(sampled.discriminator));
    offset_gradients.add(sampled.offsets.first_moment / 0.1);
  }
  CHECK(most_errors_away(gradients, gradient_of(exact.discriminator)) < 4.5);  // the largest of 42
  CHECK(most_errors_away(offset_gradients, exact.offsets.first_moment / 0.1) < 4.5);
}

TEST_CASE("sampled gradients of the generator are the exact ones on average, importance weighted back",
          "[trainer][game]") {
  GameOptions options;
  options.form = DiscriminatorForm::plain;
  options.reward = GENERATE(Reward::log, Reward::sigmoid);
  options.temperature = 0.7;
  const Batch batch(6);
  ThreadPool threads(1);
  BusyGame exact(options, threads);
  const GameStatistics exact_statistics = exact.step(batch.items, 0.0, 0.0);

  options.samples = 4;
  options.importance = GENERATE(0.0, 0.5);
  CAPTURE(options.importance);
  Mean gradients;
  Mean reward;
  std::vector<GameItem> items = batch.items;
  for (int round = 0; round < 3000; ++round) {
    BusyGame sampled(options, threads);
    for (GameItem& item : items) item.seed += 1000;
    const GameStatistics statistics = sampled.step(items, 0.0, 0.0);
    gradients.add(gradient_of(sampled.generator));
    reward.add(VectorXd::Constant(1, statistics.reward));
  }
  CHECK(most_errors_away(gradients, gradient_of(exact.generator)) < 4.5);
  CHECK(most_errors_away(reward, VectorXd::Constant(1, exact_statistics.reward)) < 4.5);
}

TEST_CASE("the ratio form's sampled gradients come to the exact ones with many draws", "[trainer][game]") {
  GameOptions options;
  options.reward_ratio = GENERATE(RewardRatio::own, RewardRatio::mixture);
  const Batch batch(7);
  ThreadPool threads(1);
  BusyGame exact(options, threads);
  exact.step(batch.items, 0.0, 0.0);
  options.samples = 20000;
  BusyGame sampled(options, threads);
  sampled.step(batch.items, 0.0, 0.0);
  // A number is a mean over 20,000 draws of products of size 1 through weights of size 1: 4 / sqrt(20,000) = .03.
  CHECK(largest_difference(gradient_of(sampled.discriminator), gradient_of(exact.discriminator)) < 0.03);
  CHECK(largest_difference(gradient_of(sampled.generator), gradient_of(exact.generator)) < 0.03);
  CHECK(largest_difference(sampled.offsets.first_moment / 0.1, exact.offsets.first_moment / 0.1) < 0.03);
}

}  // namespace irgan::game_sampling_test
