#include "trainer/game/game.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <deque>
#include <iterator>
#include <utility>

#include "plugin/src/encoding/first_layer.h"
#include "trainer/game/softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// All but the weight.
constexpr double GameStatistics::*kStatistics[] = {
    &GameStatistics::discriminator_loss,     &GameStatistics::discriminator_accuracy,
    &GameStatistics::calibration_error,      &GameStatistics::reward,
    &GameStatistics::policy_divergence,      &GameStatistics::policy_entropy,
    &GameStatistics::discriminator_gradient, &GameStatistics::generator_gradient};

constexpr std::size_t kPartsAThread = 2;  // of a batch, so that none waits long for another
constexpr double kOffsetRate = 10.0;  // b[rank] is a few numbers seen by every page: it may move faster than weights

VectorXd gather(const VectorXd& values, const std::vector<Index>& rows) {
  VectorXd picked(static_cast<Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) picked[static_cast<Index>(k)] = values[rows[k]];
  return picked;
}

// b[rank] of each document; zeros where nothing was shown.
VectorXd offsets_of(const GameItem& item, const VectorXd& b) {
  VectorXd offset = VectorXd::Zero(item.positives.size());
  for (std::size_t i = 0; i < item.ranks->size(); ++i) offset[static_cast<Index>(i)] = b[(*item.ranks)[i] - 1];
  return offset;
}

// Share of positives with f > 0 and of negatives with f < 0, and how far D's mean is from the share of positives.
// Positives add up to 1, negatives to the number that there are for one. Pairs have no logits and are not judged.
void judge(const VectorXd& logits, const VectorXd& positives, const VectorXd& negatives, GameStatistics& statistics) {
  if (logits.size() == 0) return;
  const double positive_share = 1.0 / (1.0 + negatives.sum());
  double mean = 0.0;
  for (Index i = 0; i < logits.size(); ++i) {
    statistics.discriminator_accuracy += positive_share * (logits[i] > 0.0 ? positives[i] : negatives[i]);
    mean += positive_share * (positives[i] + negatives[i]) * sigmoid(logits[i]);
  }
  statistics.calibration_error = std::abs(mean - positive_share);
}

// Examples whose gradients of the first layer's weights, of which there are most, are added up as they are computed,
// while the processor's second cache holds what they are computed from.
constexpr std::size_t kTogether = 8;

// Of all layers, or of all but the first layer's weights.
void add_up(const NetworkGradient& other, NetworkGradient& sum, bool with_first_weight) {
  for (std::size_t l = 0; l < sum.layers.size(); ++l) {
    if (l > 0 || with_first_weight) sum.layers[l].weight += other.layers[l].weight;
    sum.layers[l].bias += other.layers[l].bias;
  }
}

// The second half of a sum.
template <class Gradients>
Gradients& half_at(std::size_t depth, std::deque<Gradients>& halves) {
  while (halves.size() <= depth) halves.emplace_back();
  return halves[depth];
}

// A player who does not take part has no weights.
FeatureMatrix bases_of(const Player& player, const BinLayout& layout) {
  if (player.weights.layers.empty()) return {};
  return first_bases(layout, player.weights.layers.front().weight);
}

}  // namespace

bool scores_draws_alone(const GameOptions& options) {
  // Only dns looks at the discriminator's scores to choose its negatives.
  return options.objective == Objective::game && options.samples > 0 && options.sampler != Sampler::dns;
}

void GameStatistics::merge(const GameStatistics& other) {
  const double total = weight + other.weight;
  if (!(total > 0.0)) return;
  const double share = other.weight / total;
  for (const auto number : kStatistics) this->*number += share * (other.*number - this->*number);
  weight = total;
}

struct Game::Gradients {
  NetworkGradient discriminator;
  NetworkGradient generator;
};

// What the example that is at play leaves behind on its way forward.
struct Game::Desk {
  Network::Activations discriminator;
  Network::Activations generator;
};

// Gradients of some examples of a batch, added up by halves. What a half comes to is added to the other one at once,
// while the processor's cache holds both.
struct Game::Sum {
  Gradients result;
  std::deque<Gradients> halves;  // the second ones, by depth
  Desk desk;
};

// What one example of a batch works on; kept from step to step to spare allocations.
struct Game::Workspace {
  FirstLayerDelta discriminator_delta;
  FirstLayerDelta generator_delta;
  BinnedRows drawn;            // the discriminator's inputs of the documents that it learns from
  BinnedRows rewarded;         // its inputs of those that the generator drew
  VectorXd offset_gradient;    // a rank each
  VectorXd offset;             // b[rank], a document each
  VectorXd log_policy;         // log p_theta
  VectorXd policy;             // p_theta
  VectorXd noise;              // p_neg
  double log_partition = 0.0;  // of exp(s) over the pool, estimated from the draws
  std::mt19937_64 random;
  GameStatistics statistics;
};

Game::Game(GameOptions options, Players& players, const BinLayout& discriminator_layout,
           const BinLayout& generator_layout, ThreadPool& threads)
    : options_(options),
      players_(players),
      discriminator_layout_(discriminator_layout),
      generator_layout_(generator_layout),
      discriminator_bases_(bases_of(players.discriminator, discriminator_layout)),
      generator_bases_(bases_of(players.generator, generator_layout)),
      threads_(threads) {}

Game::~Game() = default;

GameStatistics Game::step(const std::vector<GameItem>& batch, double discriminator_rate, double generator_rate) {
  prepare_spaces(batch.size());
  const Part own = ProcessGroup::own().part_of(batch.size());
  const int generator_steps = has_generator(options_) ? options_.generator_steps : 0;
  const int num_rounds = std::max(options_.discriminator_steps, generator_steps);
  double discriminator_norm = 0.0;
  double generator_norm = 0.0;
  for (int r = 0; r < num_rounds; ++r) {
    const Round round{r < options_.discriminator_steps, r >= num_rounds - generator_steps};
    sum_gradients(own, round, [&](std::size_t i, Desk& desk, Gradients& gradients) {
      if (r == 0) {
        spaces_[i]->random.seed(batch[i].seed);
        spaces_[i]->statistics = GameStatistics();
        spaces_[i]->offset_gradient = VectorXd::Zero(players_.offsets.value.size());
      }
      play(batch[i], round, *spaces_[i], desk, gradients);
    });
    std::vector<Descent> descents;
    if (round.discriminator) {
      descents.push_back(descent_of(players_.discriminator, discriminator_rate));
    }
    if (round.generator) descents.push_back(descent_of(players_.generator, generator_rate));
    const std::vector<double> norms = descend(descents, batch.size(), threads_);
    share_results(batch.size());
    if (round.discriminator) {
      discriminator_norm = norms.front();
      update_offsets(batch.size(), discriminator_rate);
    }
    if (round.generator) generator_norm = norms.back();
  }
  GameStatistics statistics;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    spaces_[i]->statistics.weight = batch[i].weight;
    spaces_[i]->statistics.discriminator_gradient = discriminator_norm;
    spaces_[i]->statistics.generator_gradient = generator_norm;
    statistics.merge(spaces_[i]->statistics);
  }
  return statistics;
}

void Game::pretrain_generator(const std::vector<GameItem>& batch, double rate) {
  prepare_spaces(batch.size());
  const Part own = ProcessGroup::own().part_of(batch.size());
  sum_gradients(own, {false, true}, [&](std::size_t i, Desk& desk, Gradients& gradients) {
    Workspace& space = *spaces_[i];
    space.offset = offsets_of(batch[i], players_.offsets.value);
    policy_pass(batch[i], space, desk);
    const VectorXd gradient = batch[i].weight / options_.temperature * (space.policy - batch[i].positives);
    generator_backward(batch[i], gradient, space, desk, gradients.generator);
  });
  descend({descent_of(players_.generator, rate)}, batch.size(), threads_);
}

void Game::prepare_spaces(std::size_t batch_size) {
  while (spaces_.size() < batch_size) spaces_.push_back(std::make_unique<Workspace>());
}

// Calls add(example, desk, its gradients) for each of the part; what parts of the part come to stands in sums_.
void Game::sum_gradients(const Part& part, const Round& round, const AddExample& add) {
  const std::size_t size = part.end - part.begin;
  const std::size_t enough = threads_.num_threads() == 1 ? 1 : kPartsAThread * threads_.num_threads();
  std::size_t count = 1;
  while (2 * count <= size && count < enough) count *= 2;
  sums_.resize(count);
  if (part.is_empty()) {  // numbers of the players' shapes, which will be those of other processes
    sums_.front().result = {players_.discriminator.weights, players_.generator.weights};
    return;
  }
  threads_.for_each(count, [&](std::size_t i, unsigned) {
    const Part own = part_of(size, i, count);
    sum_halves({part.begin + own.begin, part.begin + own.end}, round, add, 0, sums_[i], sums_[i].result);
  });
}

void Game::sum_halves(const Part& part, const Round& round, const AddExample& add, std::size_t depth, Sum& sum,
                      Gradients& result) const {
  if (part.end - part.begin > kTogether) {
    const std::size_t middle = middle_of(part);
    sum_halves({part.begin, middle}, round, add, depth + 1, sum, result);
    Gradients& second = half_at(depth, sum.halves);
    sum_halves({middle, part.end}, round, add, depth + 1, sum, second);
    add_halves(round, second, result, true);
    return;
  }
  sum_upper_layers(part, round, add, depth, sum, result);
  const auto sum_first_weights = [&](const FirstLayerDelta Workspace::*delta, NetworkGradient& gradient) {
    std::vector<const FirstLayerDelta*> deltas;
    for (std::size_t i = part.begin; i < part.end; ++i) deltas.push_back(&((*spaces_[i]).*delta));
    first_layer_gradient(deltas, gradient.layers.front().weight);
  };
  if (round.discriminator) sum_first_weights(&Workspace::discriminator_delta, result.discriminator);
  if (round.generator) sum_first_weights(&Workspace::generator_delta, result.generator);
}

void Game::add_halves(const Round& round, const Gradients& second, Gradients& result, bool with_first_weight) {
  if (round.discriminator) add_up(second.discriminator, result.discriminator, with_first_weight);
  if (round.generator) add_up(second.generator, result.generator, with_first_weight);
}

// All but the first layer's weights.
void Game::sum_upper_layers(const Part& part, const Round& round, const AddExample& add, std::size_t depth, Sum& sum,
                            Gradients& result) {
  if (part.end - part.begin == 1) {
    add(part.begin, sum.desk, result);
    return;
  }
  const std::size_t middle = middle_of(part);
  sum_upper_layers({part.begin, middle}, round, add, depth + 1, sum, result);
  Gradients& second = half_at(depth, sum.halves);
  sum_upper_layers({middle, part.end}, round, add, depth + 1, sum, second);
  add_halves(round, second, result, false);
}

Descent Game::descent_of(Player& player, double rate) {
  const bool is_generator = &player == &players_.generator;
  Descent descent{player,
                  {},
                  rate,
                  is_generator ? generator_layout_ : discriminator_layout_,
                  is_generator ? generator_bases_ : discriminator_bases_};
  for (Sum& sum : sums_) {
    descent.gradients.push_back(is_generator ? &sum.result.generator : &sum.result.discriminator);
  }
  return descent;
}

// Gives all processes what each example of the batch came to, beside its gradients.
void Game::share_results(std::size_t batch_size) {
  ProcessGroup& processes = ProcessGroup::own();
  if (processes.count() == 1) return;
  const auto num_ranks = static_cast<std::size_t>(players_.offsets.value.size());
  const std::size_t width = std::size(kStatistics) + num_ranks;
  std::vector<double> results(batch_size * width);
  const Part own = processes.part_of(batch_size);
  for (std::size_t i = own.begin; i < own.end; ++i) {
    double* result = results.data() + i * width;
    for (const auto number : kStatistics) *result++ = spaces_[i]->statistics.*number;
    std::copy_n(spaces_[i]->offset_gradient.data(), num_ranks, result);
  }
  processes.share(results, batch_size, width);
  for (std::size_t i = 0; i < batch_size; ++i) {
    if (own.holds(i)) continue;
    const double* result = results.data() + i * width;
    for (const auto number : kStatistics) spaces_[i]->statistics.*number = *result++;
    spaces_[i]->offset_gradient = Eigen::Map<const VectorXd>(result, static_cast<Index>(num_ranks));
  }
}

void Game::update_offsets(std::size_t batch_size, double rate) {
  if (players_.offsets.value.size() == 0) return;
  VectorXd gradient = VectorXd::Zero(players_.offsets.value.size());
  for (std::size_t i = 0; i < batch_size; ++i) gradient += spaces_[i]->offset_gradient;
  players_.offsets.update(gradient, kOffsetRate * rate);
}

void Game::play(const GameItem& item, const Round& round, Workspace& space, Desk& desk, Gradients& gradients) const {
  space.offset = offsets_of(item, players_.offsets.value);
  if (has_generator(options_)) policy_pass(item, space, desk);
  if (options_.samples > 0 && options_.objective == Objective::game) {
    if (round.discriminator) drawn_discriminator_gradient(item, space, desk, gradients.discriminator);
    if (round.generator) drawn_generator_gradient(item, space, desk, gradients.generator);
    return;
  }
  const VectorXd scores = scores_of(*item.rows, desk.discriminator) + space.offset;
  if (options_.objective == Objective::game) space.noise = noise(item, space, scores);
  if (round.discriminator) discriminator_gradient(item, scores, space, desk, gradients.discriminator);
  if (round.generator) generator_gradient(item, scores, space, desk, gradients.generator);
}

VectorXd Game::scores_of(const BinnedRows& rows, Network::Activations& activations) const {
  return players_.discriminator.weights.forward(rows, discriminator_bases_, activations).cast<double>();
}

void Game::policy_pass(const GameItem& item, Workspace& space, Desk& desk) const {
  const Network& generator = players_.generator.weights;
  const VectorXd scores = generator.forward(*item.generator_rows, generator_bases_, desk.generator).cast<double>();
  space.log_policy = log_softmax(scores / options_.temperature + space.offset);
  space.policy = space.log_policy.array().exp();
  space.statistics.policy_divergence = kl_divergence(item.positives, space.log_policy);
  space.statistics.policy_entropy = -space.policy.dot(space.log_policy);
}

void Game::discriminator_backward(const BinnedRows& rows, const VectorXd& score_gradient, Workspace& space,
                                  const Desk& desk, NetworkGradient& out) const {
  space.discriminator_delta.rows = &rows;
  backpropagate(players_.discriminator.weights, desk.discriminator, score_gradient.cast<float>(), out,
                space.discriminator_delta.delta);
}

void Game::generator_backward(const GameItem& item, const VectorXd& score_gradient, Workspace& space, const Desk& desk,
                              NetworkGradient& out) const {
  space.generator_delta.rows = item.generator_rows;
  backpropagate(players_.generator.weights, desk.generator, score_gradient.cast<float>(), out,
                space.generator_delta.delta);
}

VectorXd Game::noise(const GameItem& item, const Workspace& space, const VectorXd& scores) const {
  VectorXd uniform = VectorXd::Constant(item.positives.size(), 1.0 / static_cast<double>(item.positives.size()));
  switch (options_.sampler) {
    case Sampler::generator:
      return mixed_with_uniform(space.policy, options_.lambda);
    case Sampler::bm25:
      return mixed_with_uniform(softmax(item.first_stage), 0.5);
    case Sampler::dns:
      return dynamic_negatives(scores, kDynamicDraws);
    default:
      return uniform;
  }
}

void Game::discriminator_gradient(const GameItem& item, const VectorXd& scores, Workspace& space, const Desk& desk,
                                  NetworkGradient& out) const {
  LossGradient result;
  if (options_.objective == Objective::softmax) {
    result = softmax_loss(scores, item.positives);
  } else {
    const VectorXd negatives = options_.negatives * space.noise;
    result = pool_loss(options_.form, scores, item.positives, negatives);
    judge(result.logits, item.positives, negatives, space.statistics);
  }
  space.statistics.discriminator_loss = result.loss;
  result.gradient *= item.weight;
  space.offset_gradient = VectorXd::Zero(players_.offsets.value.size());
  for (std::size_t i = 0; i < item.ranks->size(); ++i) {
    space.offset_gradient[(*item.ranks)[i] - 1] += result.gradient[static_cast<Index>(i)];
  }
  discriminator_backward(*item.rows, result.gradient, space, desk, out);
}

void Game::drawn_discriminator_gradient(const GameItem& item, Workspace& space, Desk& desk,
                                        NetworkGradient& out) const {
  const int k = options_.samples;
  VectorXd pool_scores;
  if (!scores_draws_alone(options_)) {
    pool_scores = scores_of(*item.rows, desk.discriminator) + space.offset;
  }
  space.noise = noise(item, space, pool_scores);
  const int num_negatives = std::max(1, static_cast<int>(std::lround(k * options_.negatives)));
  std::vector<Index> rows = draw_rows(item.positives, k, space.random);
  const std::vector<Index> negatives = draw_rows(space.noise, num_negatives, space.random);
  rows.insert(rows.end(), negatives.begin(), negatives.end());

  item.bin_drawn(rows, space.drawn);
  const VectorXd scores = scores_of(space.drawn, desk.discriminator) + gather(space.offset, rows);
  const VectorXd log_noise = gather(space.noise, rows).array().max(kProbabilityFloor).log();
  const SampledLoss result = drawn_loss(options_.form, scores, log_noise, k);
  space.log_partition = result.log_partition;
  space.statistics.discriminator_loss = result.loss;
  VectorXd gradient(k + num_negatives);
  gradient << result.positive_gradient, result.negative_gradient;
  gradient *= item.weight;
  VectorXd drawn_positives = VectorXd::Zero(k + num_negatives);
  drawn_positives.head(k).setConstant(1.0 / k);
  VectorXd drawn_negatives = VectorXd::Zero(k + num_negatives);
  drawn_negatives.tail(num_negatives).setConstant(1.0 / k);
  judge(result.logits, drawn_positives, drawn_negatives, space.statistics);
  space.offset_gradient = VectorXd::Zero(players_.offsets.value.size());
  for (std::size_t i = 0; i < rows.size() && !item.ranks->empty(); ++i) {
    const int rank = (*item.ranks)[static_cast<std::size_t>(rows[i])];
    space.offset_gradient[rank - 1] += gradient[static_cast<Index>(i)];
  }
  discriminator_backward(space.drawn, gradient, space, desk, out);
}

// With the mixture's ratio the best reply of p_theta is p_neg = p_true, and p_neg >= lambda / n clips whatever is less
// likely. With its own ratio log p_true - log p_theta the reward is constant just where p_theta = p_true, so no
// document's probability is lost.
const VectorXd& Game::reward_divisor(const Workspace& space) const {
  return options_.reward_ratio == RewardRatio::own ? space.policy : space.noise;
}

void Game::generator_gradient(const GameItem& item, const VectorXd& scores, Workspace& space, const Desk& desk,
                              NetworkGradient& out) const {
  const VectorXd reward = pool_rewards(options_.form, options_.reward, scores, item.positives, reward_divisor(space));
  space.statistics.reward = space.policy.dot(reward);
  const VectorXd gradient = item.weight * policy_gradient(space.policy, reward, options_.temperature);
  generator_backward(item, gradient, space, desk, out);
}

void Game::drawn_generator_gradient(const GameItem& item, Workspace& space, Desk& desk, NetworkGradient& out) const {
  // Draws come from (1 - importance) p_theta + importance p_true and are weighted back to p_theta.
  const VectorXd proposal = (1.0 - options_.importance) * space.policy + options_.importance * item.positives;
  const std::vector<Index> rows = draw_rows(proposal, options_.samples, space.random);
  item.bin_drawn(rows, space.rewarded);
  const VectorXd scores = scores_of(space.rewarded, desk.discriminator) + gather(space.offset, rows);
  Opponents opponents;
  if (options_.form == DiscriminatorForm::ratio) {
    opponents.log_partition = space.log_partition;
    opponents.log_divisor = gather(reward_divisor(space), rows).array().max(kProbabilityFloor).log();
  } else if (options_.form == DiscriminatorForm::pairwise) {
    const std::vector<Index> clicked = draw_rows(item.positives, options_.samples, space.random);
    Network::Activations activations;
    item.bin_drawn(clicked, space.rewarded);
    opponents.clicked_scores = scores_of(space.rewarded, activations) + gather(space.offset, clicked);
  }
  const VectorXd reward = drawn_rewards(options_.form, options_.reward, scores, opponents);
  space.statistics.reward = 0.0;
  std::vector<Draw> draws = leave_one_out_advantages(rows, reward);
  for (std::size_t k = 0; k < draws.size(); ++k) {
    const double weight = space.policy[draws[k].row] / proposal[draws[k].row];
    draws[k].advantage *= weight;
    space.statistics.reward += weight * reward[static_cast<Index>(k)] / options_.samples;
  }
  const VectorXd gradient = item.weight * policy_gradient(space.policy, draws, options_.temperature);
  generator_backward(item, gradient, space, desk, out);
}

}  // namespace irgan
