#include "trainer/training/batches.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "trainer/machine/hash.h"
#include "trainer/parallel/process_group.h"
#include "trainer/rows/example_weights.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::uint64_t kShuffleItem = ~std::uint64_t{0};

// Binning takes a seventh of training; pools of 100 documents and 46 features take 47 kB each.
constexpr std::size_t kMostBytesKept = std::size_t{64} << 20U;

}  // namespace

std::uint64_t seed_for(std::uint64_t seed, int network, std::uint64_t epoch, std::uint64_t item) {
  return mix_hash(mix_hash(mix_hash(seed, static_cast<std::uint64_t>(network)), epoch), item);
}

FirstStageFeature first_stage_feature(const TrainingData& data, const TrainingOptions& options) {
  FirstStageFeature result;
  if (options.game.sampler != Sampler::bm25) return result;
  const auto& names = data.schema.features;
  const auto name = std::find(names.begin(), names.end(), options.first_stage_feature);
  if (name == names.end()) {
    throw ConfigError("first_stage_feature", options.first_stage_feature +
                                                 ": there is no such feature, and sampler bm25 needs the first "
                                                 "stage's score");
  }
  result.column = name - names.begin();
  double count = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  for (const Pool& pool : data.pools) {
    for (const double x : pool.rows.col(result.column)) {
      if (std::isnan(x)) continue;
      count += 1.0;
      sum += x;
      squares += x * x;
    }
  }
  result.mean = sum / std::max(count, 1.0);
  result.deviation = std::sqrt(std::max(squares / std::max(count, 1.0) - result.mean * result.mean, 1e-12));
  return result;
}

Batches::Batches(const TrainingData& data, const TrainingOptions& options, const FirstStageFeature& first_stage,
                 const BinLayout& layout, const GeneratorInputs& generator_inputs, ThreadPool& threads)
    : data_(data),
      options_(options),
      first_stage_(first_stage),
      layout_(layout),
      generator_inputs_(generator_inputs),
      threads_(threads),
      binned_(data, layout, kMostBytesKept) {
  std::vector<const Example*> kept;
  for (std::size_t i = 0; i < data.examples.size(); ++i) {
    if (!is_informative(data.examples[i])) continue;
    examples_.push_back(i);
    kept.push_back(&data.examples[i]);
    if (data.labels != LabelKind::impressions) continue;
    for (const int rank : data.examples[i].ranks) num_ranks_ = std::max<Index>(num_ranks_, rank);
  }
  weights_ = weights_of(kept, data.labels, options.query_weight, data.pools, options.pool_weight);
}

std::size_t Batches::num_steps() const {
  const auto batch_size = static_cast<std::size_t>(options_.batch_size);
  return (examples_.size() + batch_size - 1) / batch_size;
}

Shuffled Batches::shuffled(int network, std::uint64_t epoch) const {
  Shuffled examples{network, epoch, std::vector<std::size_t>(examples_.size())};
  std::iota(examples.order.begin(), examples.order.end(), std::size_t{0});
  std::mt19937_64 random(seed_for(options_.seed, network, epoch, kShuffleItem));
  std::shuffle(examples.order.begin(), examples.order.end(), random);
  return examples;
}

const std::string& Batches::query_of(const Shuffled& examples, std::size_t step) const {
  const std::size_t number = examples.order[step * static_cast<std::size_t>(options_.batch_size)];
  return data_.pools[data_.examples[examples_[number]].pool].query_id;
}

std::vector<GameItem> Batches::batch(const Shuffled& examples, std::size_t step) {
  const auto batch_size = static_cast<std::size_t>(options_.batch_size);
  const std::size_t begin = step * batch_size;
  std::vector<GameItem> items(std::min(examples.order.size() - begin, batch_size));
  rows_.resize(std::max(rows_.size(), items.size()));
  generator_rows_.resize(rows_.size());
  const Part own = ProcessGroup::own().part_of(items.size());
  threads_.for_each(items.size(), [&](std::size_t i, unsigned) {
    const std::size_t number = examples.order[begin + i];
    const Example& one = data_.examples[examples_[number]];
    GameItem& item = items[i];
    item.weight = weights_[number] / static_cast<double>(items.size());
    if (!own.holds(i)) return;
    describe_inputs(examples_[number], i, item);
    item.positives = true_distribution(one, data_.labels);
    item.ranks = num_ranks_ > 0 ? &one.ranks : &no_ranks_;
    item.seed = seed_for(options_.seed, examples.network, examples.epoch, begin + i);
    if (first_stage_.column >= 0) item.first_stage = first_stage_scores(one);
  });
  return items;
}

// What each player sees of an example, binned.
//
// number: of data_.examples; i: of its batch
void Batches::describe_inputs(std::size_t number, std::size_t i, GameItem& item) {
  const Example& example = data_.examples[number];
  const bool shares_inputs = has_generator(options_.game) && generator_inputs_.sees_all();
  if (shares_inputs || !scores_draws_alone(options_.game)) {
    item.rows = &binned_.rows(number, rows_[i]);
  }
  if (options_.game.samples > 0) {
    item.bin_drawn = [this, &example](const std::vector<Index>& drawn, BinnedRows& binned) {
      std::vector<Index> rows;
      rows.reserve(drawn.size());
      for (const Index row : drawn) rows.push_back(example.rows[static_cast<std::size_t>(row)]);
      bin_rows(data_.pools[example.pool], rows, layout_, binned);
    };
  }
  if (shares_inputs) {
    item.generator_rows = item.rows;
  } else if (has_generator(options_.game)) {
    generator_inputs_.bin(data_.pools[example.pool], example.rows, generator_rows_[i]);
    item.generator_rows = &generator_rows_[i];
  }
}

VectorXd Batches::first_stage_scores(const Example& example) const {
  const VectorXd column = data_.pools[example.pool].rows.col(first_stage_.column).cast<double>();
  VectorXd scores(static_cast<Index>(example.rows.size()));
  for (std::size_t i = 0; i < example.rows.size(); ++i) {
    const double x = column[example.rows[i]];
    scores[static_cast<Index>(i)] = std::isnan(x) ? 0.0 : (x - first_stage_.mean) / first_stage_.deviation;
  }
  return scores;
}

}  // namespace irgan
