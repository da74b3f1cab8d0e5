#include "trainer/game/game.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/game/busy_game.h"
#include "tests/trainer/scalar_network.h"
#include "trainer/game/discriminator_loss.h"
#include "trainer/game/softmax.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan::game_test {

using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

// Scores of an item's documents, b[rank] and all.
VectorXd scores_of(const Players& game, const Batch& batch, std::size_t item) {
  const Network& network = game.discriminator.weights;
  return scalar_scores(network, flat(network), batch.encoded[item]) + batch.offsets(item, game.offsets.value);
}

VectorXd policy_of(const Players& game, const GameOptions& options, const Batch& batch, std::size_t item) {
  const VectorXd g = scalar_scores(game.generator.weights, flat(game.generator.weights), batch.encoded[item]);
  return softmax(g / options.temperature + batch.offsets(item, game.offsets.value));
}

VectorXd noise_of(const Players& game, const GameOptions& options, const Batch& batch, std::size_t item) {
  const Index n = batch.encoded[item].rows();
  switch (options.sampler) {
    case Sampler::uniform:
      return VectorXd::Constant(n, 1.0 / static_cast<double>(n));
    case Sampler::bm25:
      return mixed_with_uniform(softmax(batch.items[item].first_stage), 0.5);
    case Sampler::dns:
      return dynamic_negatives(scores_of(game, batch, item), 4);
    default:
      return mixed_with_uniform(policy_of(game, options, batch, item), options.lambda);
  }
}

double discriminator_loss(const GameOptions& options, const VectorXd& scores, const VectorXd& positives,
                          const VectorXd& noise) {
  if (options.objective == Objective::softmax) return softmax_loss(scores, positives).loss;
  switch (options.form) {
    case DiscriminatorForm::plain:
      return plain_loss(scores, positives, noise).loss;
    case DiscriminatorForm::pairwise:
      return pairwise_loss(scores, positives, noise).loss;
    default:
      return ratio_loss(scores, positives, noise).loss;
  }
}

// The batch's loss by the discriminator's numbers and b, the negatives' distributions held fixed.
double discriminator_loss(const GameOptions& options, const Network& shape, const VectorXd& numbers, const VectorXd& b,
                          const Batch& batch, const std::vector<VectorXd>& noise) {
  double loss = 0.0;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const VectorXd scores = scalar_scores(shape, numbers, batch.encoded[i]) + batch.offsets(i, b);
    loss += batch.items[i].weight * discriminator_loss(options, scores, batch.items[i].positives, noise[i]);
  }
  return loss;
}

VectorXd reward_of(const Players& game, const GameOptions& options, const Batch& batch, std::size_t item) {
  const VectorXd scores = scores_of(game, batch, item);
  switch (options.form) {
    case DiscriminatorForm::plain:
      return rewards(scores, options.reward);
    case DiscriminatorForm::pairwise:
      return pairwise_rewards(scores, batch.items[item].positives, options.reward);
    default:
      return rewards(log_ratio(scores, options.reward_ratio == RewardRatio::own ? policy_of(game, options, batch, item)
                                                                                : noise_of(game, options, batch, item)),
                     options.reward);
  }
}

}  // namespace

TEST_CASE("the gradients of D and of b[rank] agree with central differences of the batch's loss", "[trainer][game]") {
  GameOptions options;
  options.form = GENERATE(DiscriminatorForm::ratio, DiscriminatorForm::plain, DiscriminatorForm::pairwise);
  options.sampler = GENERATE(Sampler::generator, Sampler::uniform, Sampler::bm25, Sampler::dns);
  options.temperature = 0.7;
  options.lambda = 0.3;
  CAPTURE(static_cast<int>(options.form), static_cast<int>(options.sampler));
  const Batch batch(1);
  ThreadPool threads(2);
  BusyGame game(options, threads);
  const VectorXd b = game.offsets.value;
  const Network shape = game.discriminator.weights;
  std::vector<VectorXd> noise;
  for (std::size_t i = 0; i < 3; ++i) noise.push_back(noise_of(game, options, batch, i));

  const GameStatistics statistics = game.step(batch.items, 0.0, 0.0);  // at rate 0 nothing moves but the moments

  const VectorXd slopes = central_differences(
      [&](const VectorXd& numbers) { return discriminator_loss(options, shape, numbers, b, batch, noise); },
      flat(shape));
  CHECK(largest_difference(gradient_of(game.discriminator), slopes) < kFloatRoundOff + kSlopeTolerance);
  const VectorXd offset_slopes = central_differences(
      [&](const VectorXd& moved) { return discriminator_loss(options, shape, flat(shape), moved, batch, noise); }, b);
  CHECK(largest_difference(game.offsets.first_moment / 0.1, offset_slopes) < kFloatRoundOff + kSlopeTolerance);
  CHECK_THAT(statistics.discriminator_gradient, WithinAbs(slopes.norm(), 10.0 * kFloatRoundOff));
  const double total_weight = 0.2 + 0.5 + 0.8;
  CHECK_THAT(statistics.weight, WithinAbs(total_weight, 1e-12));
  CHECK_THAT(statistics.discriminator_loss * total_weight,
             WithinAbs(discriminator_loss(options, shape, flat(shape), b, batch, noise), kFloatRoundOff));
}

TEST_CASE("the listwise softmax plays no game, but learns b[rank] too", "[trainer][game]") {
  GameOptions options;
  options.objective = Objective::softmax;
  const Batch batch(2);
  ThreadPool threads(1);
  BusyGame game(options, threads);
  const VectorXd b = game.offsets.value;
  const Network shape = game.discriminator.weights;
  const VectorXd generator = flat(game.generator.weights);

  game.step(batch.items, 0.0, 1.0);

  const std::vector<VectorXd> none(3);
  const VectorXd slopes = central_differences(
      [&](const VectorXd& numbers) { return discriminator_loss(options, shape, numbers, b, batch, none); },
      flat(shape));
  CHECK(largest_difference(gradient_of(game.discriminator), slopes) < kFloatRoundOff + kSlopeTolerance);
  const VectorXd offset_slopes = central_differences(
      [&](const VectorXd& moved) { return discriminator_loss(options, shape, flat(shape), moved, batch, none); }, b);
  CHECK(largest_difference(game.offsets.first_moment / 0.1, offset_slopes) < kFloatRoundOff + kSlopeTolerance);
  CHECK(flat(game.generator.weights) == generator);
  CHECK(game.generator.num_steps == 0);
}

TEST_CASE("the generator's gradient agrees with central differences of the expected reward", "[trainer][game]") {
  GameOptions options;
  options.form = GENERATE(DiscriminatorForm::ratio, DiscriminatorForm::plain, DiscriminatorForm::pairwise);
  options.reward = GENERATE(Reward::log, Reward::sigmoid);
  options.reward_ratio = GENERATE(RewardRatio::own, RewardRatio::mixture);
  options.temperature = GENERATE(0.5, 2.0);
  options.lambda = 0.3;
  CAPTURE(static_cast<int>(options.form), static_cast<int>(options.reward), static_cast<int>(options.reward_ratio),
          options.temperature);
  const Batch batch(3);
  ThreadPool threads(2);
  BusyGame game(options, threads);
  const Network shape = game.generator.weights;
  std::vector<VectorXd> reward;
  for (std::size_t i = 0; i < 3; ++i) reward.push_back(reward_of(game, options, batch, i));

  const GameStatistics statistics = game.step(batch.items, 0.0, 0.0);

  const auto loss = [&](const VectorXd& numbers) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      const VectorXd g = scalar_scores(shape, numbers, batch.encoded[i]);
      sum -= batch.items[i].weight *
             softmax(g / options.temperature + batch.offsets(i, game.offsets.value)).dot(reward[i]);
    }
    return sum;
  };
  const VectorXd slopes = central_differences(loss, flat(shape));
  CHECK(largest_difference(gradient_of(game.generator), slopes) < kFloatRoundOff + kSlopeTolerance);
  CHECK_THAT(-statistics.reward * statistics.weight, WithinAbs(loss(flat(shape)), kFloatRoundOff));
}

TEST_CASE("statistics are means over the batch, weighted as the loss", "[trainer][game]") {
  GameOptions options;
  const Batch batch(4);
  ThreadPool threads(1);
  BusyGame game(options, threads);
  double divergence = 0.0;
  double entropy = 0.0;
  double accuracy = 0.0;
  double calibration = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = batch.items[i].weight / 1.5;
    const VectorXd policy = policy_of(game, options, batch, i);
    const VectorXd noise = noise_of(game, options, batch, i);
    const VectorXd& positives = batch.items[i].positives;
    const VectorXd f = log_ratio(scores_of(game, batch, i), noise);
    double mean = 0.0;
    for (Index d = 0; d < f.size(); ++d) {
      if (positives[d] > 0.0) divergence += share * positives[d] * std::log(positives[d] / policy[d]);
      entropy -= share * policy[d] * std::log(policy[d]);
      accuracy += share * 0.5 * (f[d] > 0.0 ? positives[d] : noise[d]);
      mean += 0.5 * (positives[d] + noise[d]) / (1.0 + std::exp(-f[d]));
    }
    calibration += share * std::abs(mean - 0.5);
  }
  const GameStatistics statistics = game.step(batch.items, 0.0, 0.0);
  CHECK_THAT(statistics.policy_divergence, WithinAbs(divergence, kFloatRoundOff));
  CHECK_THAT(statistics.policy_entropy, WithinAbs(entropy, kFloatRoundOff));
  CHECK_THAT(statistics.discriminator_accuracy, WithinAbs(accuracy, kFloatRoundOff));
  CHECK_THAT(statistics.calibration_error, WithinAbs(calibration, kFloatRoundOff));
}

TEST_CASE("statistics merge by weight", "[trainer][game]") {
  GameStatistics a;
  a.weight = 1.0;
  a.reward = 2.0;
  GameStatistics b;
  b.weight = 3.0;
  b.reward = 4.0;
  GameStatistics sum;
  sum.merge(a);
  sum.merge(b);
  sum.merge(GameStatistics());
  CHECK(sum.weight == 4.0);
  CHECK_THAT(sum.reward, WithinAbs(3.5, 1e-15));
  GameStatistics nothing;
  nothing.merge(GameStatistics());
  CHECK(nothing.weight == 0.0);
  CHECK(nothing.reward == 0.0);
}

TEST_CASE("a step is the same at any number of threads", "[trainer][game]") {
  GameOptions options;
  options.form = GENERATE(DiscriminatorForm::ratio, DiscriminatorForm::pairwise);
  options.samples = GENERATE(0, 16);
  const Batch batch(8);
  std::vector<VectorXd> outcomes;
  for (const unsigned num_threads : {1u, 2u, 5u}) {
    ThreadPool threads(num_threads);
    BusyGame game(options, threads);
    for (int k = 0; k < 10; ++k) game.step(batch.items, 0.01, 0.01);
    VectorXd numbers(flat(game.discriminator.average).size() + flat(game.generator.average).size() + kNumRanks);
    numbers << flat(game.discriminator.average), flat(game.generator.average), game.offsets.value;
    outcomes.push_back(numbers);
  }
  CHECK(outcomes[0] == outcomes[1]);
  CHECK(outcomes[0] == outcomes[2]);
}

TEST_CASE("a phase takes the steps that it was told, the offsets ten times as wide", "[trainer][game]") {
  GameOptions options;
  options.discriminator_steps = 3;
  options.generator_steps = 2;
  const Batch batch(9);
  ThreadPool threads(1);
  BusyGame game(options, threads);
  game.step(batch.items, 0.01, 0.01);
  CHECK(game.discriminator.num_steps == 3);
  CHECK(game.offsets.num_steps == 3);
  CHECK(game.generator.num_steps == 2);

  options.discriminator_steps = 1;
  BusyGame other(options, threads);
  const VectorXd before = other.offsets.value;
  other.step(batch.items, 0.01, 0.0);
  // Adam's first step is the rate against the sign, wherever the gradient is not 0: ten times .01.
  CHECK_THAT((other.offsets.value - before).cwiseAbs().maxCoeff(), WithinAbs(0.1, 1e-6));

  options.sampler = Sampler::uniform;
  BusyGame without(options, threads);
  without.step(batch.items, 0.01, 0.01);
  CHECK(without.generator.num_steps == 0);
}

TEST_CASE("pre-training brings the policy to the clicks", "[trainer][game]") {
  GameOptions options;
  options.temperature = 2.0;
  const Batch batch(10);
  ThreadPool threads(1);
  BusyGame game(options, threads);

  BusyGame measured(options, threads);
  measured.pretrain_generator(batch.items, 0.0);
  const Network shape = game.generator.weights;
  const VectorXd slopes = central_differences(
      [&](const VectorXd& numbers) {
        double loss = 0.0;
        for (std::size_t i = 0; i < 3; ++i) {
          const VectorXd logits = scalar_scores(shape, numbers, batch.encoded[i]) / options.temperature +
                                  batch.offsets(i, game.offsets.value);
          loss += batch.items[i].weight * softmax_loss(logits, batch.items[i].positives).loss;
        }
        return loss;
      },
      flat(shape));
  CHECK(largest_difference(gradient_of(measured.generator), slopes) < kFloatRoundOff + kSlopeTolerance);

  const VectorXd discriminator = flat(game.discriminator.weights);
  const double before = game.step(batch.items, 0.0, 0.0).policy_divergence;
  for (int k = 0; k < 300; ++k) game.pretrain_generator(batch.items, 0.02);
  CHECK(game.step(batch.items, 0.0, 0.0).policy_divergence < 0.5 * before);
  CHECK(flat(game.discriminator.weights) == discriminator);
}

TEST_CASE("a gradient that is not finite ends the step with an error", "[trainer][game]") {
  const Batch batch(11);
  ThreadPool threads(2);
  BusyGame game({}, threads);
  std::vector<GameItem> items = batch.items;
  items[1].weight = std::nan("");
  CHECK_THROWS_AS(game.step(items, 0.01, 0.01), Error);
  CHECK(flat(game.discriminator.weights).allFinite());
  CHECK(game.discriminator.num_steps == 0);
  CHECK(game.offsets.value.allFinite());
}

}  // namespace irgan::game_test
