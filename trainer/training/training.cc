#include "trainer/training/training.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/safetensors.h"
#include "trainer/game/encoding_fit.h"
#include "trainer/game/generator_inputs.h"
#include "trainer/machine/output_file.h"
#include "trainer/training/checkpoint.h"
#include "trainer/training/diagnosis.h"
#include "trainer/training/false_negatives.h"
#include "trainer/training/serving_check.h"
#include "trainer/training/training_record.h"
#include "trainer/training/validation.h"
#include "trainer/training/warm_start.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;

constexpr double kFinalRateShare = 0.02;

// A seed of its own for each use, out of the run's seed and what tells the uses apart (splitmix64's finaliser).
std::uint64_t seed_for(std::uint64_t seed, std::uint64_t network, std::uint64_t epoch, std::uint64_t item) {
  std::uint64_t mixed = seed;
  for (const std::uint64_t part : {network, epoch, item}) {
    mixed += 0x9E3779B97F4A7C15ULL + part;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    mixed ^= mixed >> 31;
  }
  return mixed;
}

constexpr std::uint64_t kShuffleItem = ~std::uint64_t{0};
constexpr std::uint64_t kPretrainingEpoch = std::uint64_t{1} << 32;

void check(const TrainingOptions& options) {
  const bool has_generator = options.game.objective == Objective::game && options.game.sampler == Sampler::generator;
  if (options.ranker != Ranker::discriminator && !has_generator) {
    throw ConfigError(std::string("--serve ") + to_string(options.ranker) +
                      " needs a generator: use --objective game and --sampler generator");
  }
  if (!has_generator && options.generator_features != "all") {
    throw ConfigError("--generator-features " + options.generator_features +
                      " needs a generator: use --objective game and --sampler generator");
  }
  if (options.game.negatives != 1.0 &&
      (options.game.objective != Objective::game || options.game.form != DiscriminatorForm::ratio)) {
    throw ConfigError("--negatives changes the ratio form only: use --objective game and --discriminator ratio");
  }
  if (options.game.importance > 0.0 && options.game.samples == 0) {
    throw ConfigError("--importance changes how documents are drawn: it needs --samples K");
  }
}

// Mean 0 and deviation 1 over all rows, so that a softmax of it is neither flat nor a single peak.
struct Standardisation {
  Index column = -1;
  double mean = 0.0;
  double deviation = 1.0;
};

Standardisation standardise_first_stage(const TrainingData& data, const TrainingOptions& options) {
  Standardisation result;
  if (options.game.sampler != Sampler::bm25) return result;
  const auto& names = data.schema.features;
  const auto name = std::find(names.begin(), names.end(), options.first_stage_feature);
  if (name == names.end()) {
    throw ConfigError("--sampler bm25 needs the first stage's score, but there is no feature '" +
                      options.first_stage_feature + "': name it with --first-stage");
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

std::string four_places(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

/// One call of train().
class TrainingRun {
 public:
  TrainingRun(const TrainingData& training, const TrainingData& validation, const TrainingOptions& options,
              const TrainingListener& listener)
      : data_(training),
        validation_data_(validation),
        options_(options),
        listener_(listener),
        threads_(options.num_threads > 0 ? options.num_threads : default_num_threads()),
        first_stage_(standardise_first_stage(training, options)),
        hidden_positives_(validation, options.seed) {
    for (std::size_t i = 0; i < training.examples.size(); ++i) {
      if (is_informative(training.examples[i])) examples_.push_back(i);
    }
    if (examples_.empty()) {
      throw Error("nothing to learn from: none of the " + std::to_string(training.examples.size()) +
                  " training queries or pages has two documents and a positive label among its candidates");
    }
    std::vector<Example> kept;
    for (const std::size_t i : examples_) {
      kept.push_back(training.examples[i]);
      if (training.labels != LabelKind::impressions) continue;
      for (const int rank : training.examples[i].ranks) num_ranks_ = std::max<Index>(num_ranks_, rank);
    }
    weights_ = query_weights(kept, training.labels, options.query_weight, training.pools);
    encoding_ = options.from ? parts_of(*options.from).encoding : fit_encoding(training.pools, options.bins);
    generator_inputs_.emplace(training.schema, encoding_, options.generator_features);
    validation_.emplace(validation, encoding_, threads_, options.query_weight);
    if (validation_->num_examples() == 0) {
      throw Error("none of the " + std::to_string(validation.examples.size()) +
                  " validation queries or pages has two documents and a positive label among its candidates: epochs "
                  "cannot be chosen; give more validation queries");
    }
    run_ = hex_digest(record_of(options).dump() + record_of(training).dump() + record_of(validation).dump() +
                      fingerprint(training) + fingerprint(validation));
    record_ = {{"options", record_of(options)},
               {"training", record_of(training)},
               {"validation", record_of(validation)},
               {"validation_measure", validation_measure(validation.labels)},
               {"networks", json::array()}};
    if (options.from) {
      ModelHistory history = history_of(*options.from);
      record_["history"] = std::move(history.models);
      record_["num_models_before"] = history.num_models;
    }
  }

  ModelParts run() {
    TrainingState state = resume_or_start();
    while (state.network < options_.networks) {
      Game game(options_.game, state.discriminator.weights, state.generator.weights, num_ranks_, threads_);
      game.discriminator = state.discriminator;
      game.generator = state.generator;
      game.offsets = state.offsets;
      if (state.epoch == 0 && options_.from) score_start(game, state);
      if (state.epoch == 0) pretrain(game, state.network);
      while (state.epoch < options_.epochs) {
        play_epoch(game, state);
        ++state.epoch;
        state.discriminator = game.discriminator;
        state.generator = game.generator;
        state.offsets = game.offsets;
        save(state);
      }
      finish_network(game, state);
      if (++state.network < options_.networks) start_network(state);
    }
    record_false_negatives(state);
    ModelParts parts = model_parts(state);
    compare_with_first_stage(state.offsets, parts);
    listener_.on_finish(parts);
    if (!options_.checkpoint_path.empty()) ::unlink(options_.checkpoint_path.c_str());
    return parts;
  }

 private:
  bool has_generator() const {
    return options_.game.objective == Objective::game && options_.game.sampler == Sampler::generator;
  }

  TrainingState resume_or_start() {
    const std::string& path = options_.checkpoint_path;
    if (!path.empty() && !options_.restart && ::access(path.c_str(), F_OK) == 0) {
      TrainingState state = decode_checkpoint(read_file(path), run_, path);
      record_ = json::parse(state.record);
      listener_.on_message("going on with the interrupted run in " + path + ": network " +
                           std::to_string(state.network + 1) + ", epoch " + std::to_string(state.epoch + 1));
      return state;
    }
    TrainingState state{0, 0, Player(Network()), Player(Network()), PositionOffsets(num_ranks_), {}, {}, {}, {}};
    start_network(state);
    return state;
  }

  void start_network(TrainingState& state) {
    std::mt19937_64 random(seed_for(options_.seed, static_cast<std::uint64_t>(state.network), 0, kShuffleItem - 1));
    state.epoch = 0;
    state.discriminator = Player(random_network(encoding_.width(), options_.hidden_units, random));
    state.generator = Player(random_network(
        generator_inputs_->width(),
        options_.generator_hidden_units.empty() ? options_.hidden_units : options_.generator_hidden_units, random));
    state.offsets = PositionOffsets(num_ranks_);
    if (options_.from) go_on_from(*options_.from, state);
    state.best = {};
    record_["networks"].push_back({{"epochs", json::array()}});
  }

  void go_on_from(const Model& model, TrainingState& state) const {
    const auto number = static_cast<std::size_t>(state.network);
    state.discriminator = Player(parts_of(model).discriminators[number]);
    if (has_generator()) state.generator = Player(parts_of(model).generators[number]);
    state.offsets.value = offsets_of_model(model, state.network, num_ranks_);
  }

  std::vector<std::size_t> shuffled(int network, std::uint64_t epoch) const {
    std::vector<std::size_t> order(examples_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 random(seed_for(options_.seed, static_cast<std::uint64_t>(network), epoch, kShuffleItem));
    std::shuffle(order.begin(), order.end(), random);
    return order;
  }

  // Encodes what each player sees of an example, the i-th of its batch.
  void describe_inputs(const Example& example, std::size_t i, GameItem& item) {
    const bool shares_inputs = has_generator() && generator_inputs_->sees_all();
    if (shares_inputs || !scores_draws_alone(options_.game)) {
      encode_example(data_, example, encoding_, encoded_[i]);
      item.encoded = &encoded_[i];
    } else {
      item.encode_rows = [this, &example](const std::vector<Index>& drawn) {
        std::vector<Index> rows;
        for (const Index row : drawn) rows.push_back(example.rows[static_cast<std::size_t>(row)]);
        FeatureMatrix encoded;
        encode_rows(data_.pools[example.pool], rows, encoding_, encoded);
        return encoded;
      };
    }
    if (shares_inputs) {
      item.generator_encoded = &encoded_[i];
    } else if (has_generator()) {
      generator_inputs_->encode(data_.pools[example.pool], example.rows, generator_encoded_[i]);
      item.generator_encoded = &generator_encoded_[i];
    }
  }

  // Describes the examples order[begin, begin + batch size) to the game.
  std::vector<GameItem> batch(const std::vector<std::size_t>& order, std::size_t begin, int network,
                              std::uint64_t epoch) {
    const std::size_t size = std::min(order.size() - begin, static_cast<std::size_t>(options_.batch_size));
    std::vector<GameItem> items(size);
    encoded_.resize(std::max(encoded_.size(), size));
    generator_encoded_.resize(encoded_.size());
    threads_.for_each(size, [&](std::size_t i, unsigned) {
      const std::size_t index = order[begin + i];
      const Example& example = data_.examples[examples_[index]];
      GameItem& item = items[i];
      describe_inputs(example, i, item);
      item.positives = true_distribution(example, data_.labels);
      item.ranks = num_ranks_ > 0 ? &example.ranks : &no_ranks_;
      item.weight = weights_[index] / static_cast<double>(size);
      item.seed = seed_for(options_.seed, static_cast<std::uint64_t>(network), epoch, begin + i);
      if (first_stage_.column >= 0) item.first_stage = first_stage_scores(example);
    });
    return items;
  }

  VectorXd first_stage_scores(const Example& example) const {
    const VectorXd column = data_.pools[example.pool].rows.col(first_stage_.column).cast<double>();
    VectorXd scores(static_cast<Index>(example.rows.size()));
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      const double x = column[example.rows[i]];
      scores[static_cast<Index>(i)] = std::isnan(x) ? 0.0 : (x - first_stage_.mean) / first_stage_.deviation;
    }
    return scores;
  }

  void pretrain(Game& game, int network) {
    if (!has_generator()) return;
    for (int epoch = 0; epoch < options_.pretraining_epochs; ++epoch) {
      const std::uint64_t number = kPretrainingEpoch + static_cast<std::uint64_t>(epoch);
      const std::vector<std::size_t> order = shuffled(network, number);
      for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(options_.batch_size)) {
        const std::vector<GameItem> items = batch(order, begin, network, number);
        try {
          game.pretrain_generator(items, options_.generator_rate);
        } catch (const Error& error) {
          throw at_step(error, "pre-training epoch " + std::to_string(epoch + 1), order[begin]);
        }
      }
    }
  }

  // What to say of an error in the step whose batch begins with the example `index`.
  Error at_step(const Error& error, const std::string& epoch, std::size_t index) const {
    return Error(std::string(error.what()) + " in " + epoch + ", near query '" +
                 data_.pools[data_.examples[examples_[index]].pool].query_id + "': try a smaller --d-rate or --g-rate");
  }

  void play_epoch(Game& game, TrainingState& state) {
    const std::vector<std::size_t> order = shuffled(state.network, static_cast<std::uint64_t>(state.epoch));
    const std::size_t batch_size = static_cast<std::size_t>(options_.batch_size);
    const std::size_t steps = (order.size() + batch_size - 1) / batch_size;
    const double total_steps = static_cast<double>(steps) * options_.epochs;
    EpochReport report;
    report.network = state.network;
    report.epoch = state.epoch;
    for (std::size_t step = 0; step < steps; ++step) {
      const double done = (static_cast<double>(steps) * state.epoch + static_cast<double>(step)) / total_steps;
      const double rate = 0.5 * (1.0 + std::cos(M_PI * done)) + kFinalRateShare;
      const std::vector<GameItem> items =
          batch(order, step * batch_size, state.network, static_cast<std::uint64_t>(state.epoch));
      try {
        report.statistics.merge(game.step(items, rate * options_.discriminator_rate, rate * options_.generator_rate));
      } catch (const Error& error) {
        throw at_step(error, "epoch " + std::to_string(state.epoch + 1), order[step * batch_size]);
      }
      listener_.on_progress(state.network, state.epoch, done);
    }
    const Network generator = generator_inputs_->widened(game.generator.average);
    score(game, generator, report);
    measure_false_negatives(generator, report);
    keep_best(game, report, state);
    record_["networks"].back()["epochs"].push_back(record_of(report));
    listener_.on_epoch(report);
  }

  void score(const Game& game, const Network& generator, EpochReport& report) {
    validation_->score(game.discriminator.average, has_generator() ? &generator : nullptr, options_.game.temperature,
                       game.offsets.value, report);
  }

  // The model to go on from is a candidate too, so that the log of a bad day cannot replace it by a worse one.
  void score_start(const Game& game, TrainingState& state) {
    EpochReport report;
    report.network = state.network;
    report.epoch = BestEpoch::kStart;
    score(game, generator_inputs_->widened(game.generator.average), report);
    keep_best(game, report, state);
    std::string scores;
    for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
      const double validation = report.validation[static_cast<std::size_t>(ranker)];
      if (std::isnan(validation)) continue;
      record_["networks"].back()["start"][to_string(ranker)] = validation;
      scores += (scores.empty() ? "" : ", ") + std::string(to_string(ranker)) + ' ' + four_places(validation);
    }
    listener_.on_message("the model of --from has on this validation: " + scores);
  }

  void measure_false_negatives(const Network& generator, EpochReport& report) {
    report.hidden_hits = report.hidden_uniform_hits = std::numeric_limits<double>::quiet_NaN();
    if (!has_generator() || hidden_positives_.num_queries() == 0) return;
    const HiddenHits hits =
        hidden_positives_.hits({generator}, {options_.game.temperature}, encoding_, threads_).front();
    report.hidden_hits = hits.policy;
    report.hidden_uniform_hits = hits.uniform;
  }

  // How many times as many false negatives as uniform ones the generator that is kept draws, by temperature.
  void record_false_negatives(const TrainingState& state) {
    if (!has_generator() || hidden_positives_.num_queries() == 0) return;
    std::vector<double> temperatures = recorded_temperatures();
    for (double& t : temperatures) t *= options_.game.temperature;
    json multiples = json::array();
    for (const HiddenHits& hits : hidden_positives_.hits(state.generators, temperatures, encoding_, threads_)) {
      multiples.push_back(hits.multiple());
    }
    record_["false_negatives"] = {{"queries", hidden_positives_.num_queries()},
                                  {"temperature", recorded_temperatures()},
                                  {"multiple", multiples}};
  }

  static void keep_best(const Game& game, const EpochReport& report, TrainingState& state) {
    for (std::size_t r = 0; r < state.best.size(); ++r) {
      const double score = report.validation[r];
      BestEpoch& best = state.best[r];
      if (std::isnan(score) || (best.epoch != BestEpoch::kNone && score <= best.score)) continue;
      best = {score, report.epoch, game.discriminator.average, game.generator.average};
    }
  }

  void finish_network(const Game& game, TrainingState& state) {
    const auto best = [&](Ranker ranker) -> const BestEpoch& { return state.best[static_cast<std::size_t>(ranker)]; };
    const bool combined = options_.ranker == Ranker::combined;
    state.discriminators.push_back(best(combined ? Ranker::combined : Ranker::discriminator).discriminator);
    if (has_generator()) {
      state.generators.push_back(
          generator_inputs_->widened(best(combined ? Ranker::combined : Ranker::generator).generator));
    }
    json& record = record_["networks"].back();
    for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
      if (best(ranker).epoch == BestEpoch::kNone) continue;
      const bool is_start = best(ranker).epoch == BestEpoch::kStart;
      record["best"][to_string(ranker)] = {{"epoch", is_start ? 0 : best(ranker).epoch + 1},
                                           {"validation", best(ranker).score}};
    }
    if (best(options_.ranker).epoch == BestEpoch::kStart) {
      listener_.on_message("no epoch is better on this validation than the model of --from: its weights are kept");
    }
    if (num_ranks_ > 0) {
      const VectorXd relative = game.offsets.value.array() - game.offsets.value[0];
      record["examination_offset"] = std::vector<double>(relative.begin(), relative.end());
    }
    for (const std::string& trouble : diagnose(record["epochs"], options_.game, data_.labels)) {
      record["troubles"].push_back(trouble);
      listener_.on_message(trouble);
    }
  }

  void save(TrainingState& state) const {
    if (options_.checkpoint_path.empty()) return;
    state.record = record_.dump();
    replace_file(options_.checkpoint_path, encode_checkpoint(state, run_));
  }

  ModelParts model_parts(const TrainingState& state) const {
    ModelParts parts;
    parts.schema = data_.schema;
    parts.encoding = encoding_;
    parts.discriminators = state.discriminators;
    parts.generators = state.generators;
    parts.temperature = options_.game.temperature;
    parts.ranker = options_.ranker;
    if (!columns_from_clicks(parts.schema).empty()) parts.unseen_credit = options_.unseen_credit;
    parts.depth = data_.depth;
    parts.facts = data_.facts;
    parts.training_record = record_.dump();
    return parts;
  }

  // Says in the record, and to the listener, whether the model ranks worse than the first stage.
  void compare_with_first_stage(const PositionOffsets& offsets, ModelParts& parts) {
    const auto check =
        check_serving(*model_of(parts), validation_data_, offsets.value, options_.first_stage_feature, options_.seed);
    if (!check) return;
    record_["first_stage_check"] = {{"first_stage_ndcg10", check->first_stage},
                                    {"served_ndcg10", check->served},
                                    {"p", check->p},
                                    {"queries", check->num_queries},
                                    {"refused", check->refused()}};
    if (check->is_worse())
      record_["first_stage_check"]["worse_for_stopping_users"] = check->is_worse_for_stopping_users;
    parts.training_record = record_.dump();
    listener_.on_serving_check(*check);
  }

  const TrainingData& data_;
  const TrainingData& validation_data_;
  const TrainingOptions& options_;
  const TrainingListener& listener_;
  ThreadPool threads_;
  Standardisation first_stage_;
  HiddenPositives hidden_positives_;
  std::vector<std::size_t> examples_;  // of data_, those that are informative
  std::vector<double> weights_;        // of examples_
  Index num_ranks_ = 0;                // that have an offset
  const std::vector<int> no_ranks_{};
  Encoding encoding_;
  std::optional<GeneratorInputs> generator_inputs_;
  std::optional<Validation> validation_;
  std::string run_;
  json record_;
  std::vector<FeatureMatrix> encoded_;            // of the batch in play
  std::vector<FeatureMatrix> generator_encoded_;  // the same, where the generator sees other features
};

}  // namespace

ModelParts train(const TrainingData& training, const TrainingData& validation, const TrainingOptions& options,
                 const TrainingListener& listener) {
  check(options);
  if (options.from) check_warm_start(options, training);
  return TrainingRun(training, validation, options, listener).run();
}

}  // namespace irgan
