#include "irgan/training.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <utility>

#include "irgan/training_record.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/model_parts.h"
#include "plugin/src/model/safetensors.h"
#include "trainer/game/encoding_fit.h"
#include "trainer/game/game.h"
#include "trainer/game/generator_inputs.h"
#include "trainer/machine/output_file.h"
#include "trainer/parallel/process_group.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/training/batches.h"
#include "trainer/training/checkpoint.h"
#include "trainer/training/diagnosis.h"
#include "trainer/training/false_negatives.h"
#include "trainer/training/importance.h"
#include "trainer/training/recipe.h"
#include "trainer/training/training_record_json.h"
#include "trainer/training/validation.h"
#include "trainer/training/warm_start.h"

namespace irgan {
namespace {

using Eigen::VectorXd;

constexpr double kFinalRateShare = 0.02;

constexpr std::uint64_t kNetworkItem = ~std::uint64_t{1};  // of seed_for(), for the weights that a network starts with
constexpr std::uint64_t kPretrainingEpoch = std::uint64_t{1} << 32;

const std::string kNeedsGenerator = " needs a generator, which plays in the game with sampler generator only";

void check(const TrainingOptions& options) {
  check_ranges(options);
  if (options.ranker != Ranker::discriminator && !has_generator(options.game)) {
    throw ConfigError("serve", to_string(options.ranker) + kNeedsGenerator);
  }
  if (!has_generator(options.game) && options.generator_features != "all") {
    throw ConfigError("generator_features", options.generator_features + kNeedsGenerator);
  }
  if (options.game.negatives != 1.0 &&
      (options.game.objective != Objective::game || options.game.form != DiscriminatorForm::ratio)) {
    throw ConfigError("negatives", "changes the ratio form of the game's discriminator only");
  }
  if (options.game.importance > 0.0 && options.game.samples == 0) {
    throw ConfigError("importance", "changes how documents are drawn: it needs samples above 0");
  }
}

std::string four_places(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

void check_informative(const TrainingData& training, const TrainingData& validation) {
  const auto has_informative = [](const TrainingData& data) {
    return std::any_of(data.examples.begin(), data.examples.end(), is_informative);
  };
  if (!has_informative(training)) {
    throw Error("nothing to learn from: none of the " + std::to_string(training.examples.size()) +
                " training queries or pages has two documents and a positive label among its candidates");
  }
  if (!has_informative(validation)) {
    throw Error("none of the " + std::to_string(validation.examples.size()) +
                " validation queries or pages has two documents and a positive label among its candidates: epochs "
                "cannot be chosen; give more validation queries");
  }
}

void check_generator(const TrainingData& training) {
  const std::vector<std::string>& names = training.schema.features;
  if (training.generator || std::find(names.begin(), names.end(), kGeneratorScore) == names.end()) return;
  throw Error(std::string("the rows have ") + kGeneratorScore +
              ", and the generator over the whole collection that gave it is not in them: train from the index, with "
              "its vectors");
}

TrainingRecord record_before(const TrainingData& training, const TrainingData& validation,
                             const TrainingOptions& options) {
  TrainingRecord record;
  record.options = options;
  record.options->from = nullptr;
  record.training = record_of(training);
  record.validation = record_of(validation);
  record.validation_measure = validation_measure(validation.labels);
  if (options.from) {
    record.from = options.from->version();
    ModelHistory history = history_of(*options.from);
    record.history = std::move(history.models);
    record.num_models_before = history.num_models;
  }
  return record;
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
        encoding_(options.from ? parts_of(*options.from).encoding : fit_encoding(training.pools, options.bins)),
        generator_inputs_(training.schema, encoding_, options.generator_features),
        layout_(encoding_),
        batches_(training, options, first_stage_feature(training, options), layout_, generator_inputs_, threads_),
        validation_(validation, layout_, threads_, options.query_weight),
        hidden_positives_(validation, options.seed),
        beginning_(record_before(training, validation, options)),
        run_(hex_digest(to_text(beginning_) + fingerprint(training) + fingerprint(validation))) {}

  Trained run() {
    processes_.require_same(run_, "rows or options");
    TrainingState state = resume_or_start();
    while (state.network < options_.networks) {
      Game game(options_.game, state.players, layout_, generator_inputs_.layout(), threads_);
      if (state.epoch == 0 && options_.from) score_start(state);
      if (state.epoch == 0) pretrain(game, state.network);
      while (state.epoch < options_.epochs) {
        play_epoch(game, state);
        ++state.epoch;
        save(state);
      }
      finish_network(state);
      if (++state.network < options_.networks) start_network(state);
    }
    record_false_negatives(state);
    Trained trained = judged(state);
    listener_.on_finish(trained);
    if (!options_.checkpoint_path.empty() && processes_.is_first()) ::unlink(options_.checkpoint_path.c_str());
    return trained;
  }

 private:
  // The first process's checkpoint is that of all.
  TrainingState resume_or_start() {
    const std::string& path = options_.checkpoint_path;
    std::optional<std::string> checkpoint;
    if (processes_.is_first() && !path.empty() && !options_.restart && ::access(path.c_str(), F_OK) == 0) {
      checkpoint = read_file(path);
    }
    checkpoint = processes_.of_first(std::move(checkpoint));
    if (checkpoint) {
      TrainingState state = decode_checkpoint(*checkpoint, run_, path);
      check_position(state, path);
      listener_.on_message("going on with the interrupted run in " + path + ": network " +
                           std::to_string(state.network + 1) + ", epoch " + std::to_string(state.epoch + 1));
      return state;
    }
    const Player nobody{Network()};
    TrainingState state{0, 0, {nobody, nobody, PositionOffsets(0)}, {}, {}, {}, beginning_};
    start_network(state);
    return state;
  }

  // What a file says is compared before anything of it is used.
  void check_position(const TrainingState& state, const std::string& path) {
    if (state.network < 0 || state.network >= options_.networks || state.epoch < 0 || state.epoch > options_.epochs)
      throw FormatError(path +
                        ": it stands at a network or an epoch that this run does not have; start anew (restart)");
    const Player nobody{Network()};
    TrainingState fresh{state.network, 0, {nobody, nobody, PositionOffsets(0)}, {}, {}, {}, {}};
    start_network(fresh);
    check_shapes(state, fresh, has_generator(options_.game), path);
  }

  void start_network(TrainingState& state) {
    std::mt19937_64 random(seed_for(options_.seed, state.network, 0, kNetworkItem));
    const std::vector<int>& generator_units =
        options_.generator_hidden_units.empty() ? options_.hidden_units : options_.generator_hidden_units;
    state.epoch = 0;
    state.players.discriminator = Player(random_network(encoding_.width(), options_.hidden_units, random));
    state.players.generator = Player(random_network(generator_inputs_.width(), generator_units, random));
    state.players.offsets = PositionOffsets(batches_.num_ranks());
    if (options_.from) go_on_from(*options_.from, state);
    state.best = {};
    state.record.networks.emplace_back();
  }

  void go_on_from(const Model& model, TrainingState& state) const {
    const auto number = static_cast<std::size_t>(state.network);
    Players& players = state.players;
    players.discriminator = Player(parts_of(model).discriminators[number]);
    if (has_generator(options_.game)) players.generator = Player(parts_of(model).generators[number]);
    players.offsets.value = offsets_of_model(model, state.network, batches_.num_ranks());
  }

  void pretrain(Game& game, int network) {
    if (!has_generator(options_.game)) return;
    for (int epoch = 0; epoch < options_.pretraining_epochs; ++epoch) {
      const Shuffled examples = batches_.shuffled(network, kPretrainingEpoch + static_cast<std::uint64_t>(epoch));
      for (std::size_t step = 0; step < batches_.num_steps(); ++step) {
        const std::vector<GameItem> items = batches_.batch(examples, step);
        try {
          game.pretrain_generator(items, options_.generator_rate);
        } catch (const Error& error) {
          throw at_step(error, "pre-training epoch " + std::to_string(epoch + 1), batches_.query_of(examples, step));
        }
      }
    }
  }

  static Error at_step(const Error& error, const std::string& epoch, const std::string& query) {
    return Error(std::string(error.what()) + " in " + epoch + ", near query '" + query +
                 "': try smaller steps (discriminator_rate, generator_rate)");
  }

  void play_epoch(Game& game, TrainingState& state) {
    const Shuffled examples = batches_.shuffled(state.network, static_cast<std::uint64_t>(state.epoch));
    const std::size_t steps = batches_.num_steps();
    const double total_steps = static_cast<double>(steps) * options_.epochs;
    EpochReport report;
    report.network = state.network;
    report.epoch = state.epoch;
    for (std::size_t step = 0; step < steps; ++step) {
      const double done = (static_cast<double>(steps) * state.epoch + static_cast<double>(step)) / total_steps;
      const double rate = 0.5 * (1.0 + std::cos(M_PI * done)) + kFinalRateShare;
      const std::vector<GameItem> items = batches_.batch(examples, step);
      try {
        report.statistics.merge(game.step(items, rate * options_.discriminator_rate, rate * options_.generator_rate));
      } catch (const Error& error) {
        throw at_step(error, "epoch " + std::to_string(state.epoch + 1), batches_.query_of(examples, step));
      }
      listener_.on_progress(state.network, state.epoch, done);
    }
    const Network generator = generator_inputs_.widened(state.players.generator.average);
    score(state.players, generator, report);
    measure_false_negatives(generator, report);
    keep_best(report, state);
    state.record.networks.back().epochs.push_back(report);
    listener_.on_epoch(report);
  }

  void score(const Players& players, const Network& generator, EpochReport& report) {
    validation_.score(players.discriminator.average, has_generator(options_.game) ? &generator : nullptr,
                      options_.game.temperature, players.offsets.value, report);
  }

  // The model to go on from is a candidate too, so that the log of a bad day cannot replace it by a worse one.
  void score_start(TrainingState& state) {
    EpochReport report;
    report.network = state.network;
    report.epoch = BestEpoch::kStart;
    score(state.players, generator_inputs_.widened(state.players.generator.average), report);
    keep_best(report, state);
    state.record.networks.back().start = report.validation;
    std::string scores;
    for (const Ranker ranker : kRankers) {
      const double validation = report.validation[ranker];
      if (std::isnan(validation)) continue;
      scores += (scores.empty() ? "" : ", ") + std::string(to_string(ranker)) + ' ' + four_places(validation);
    }
    listener_.on_message("the model to go on from has on this validation: " + scores);
  }

  void measure_false_negatives(const Network& generator, EpochReport& report) {
    report.hidden_hits = report.hidden_uniform_hits = std::numeric_limits<double>::quiet_NaN();
    if (!has_generator(options_.game) || hidden_positives_.num_queries() == 0) return;
    const HiddenHits hits = hidden_positives_.hits({generator}, {options_.game.temperature}, layout_, threads_).front();
    report.hidden_hits = hits.policy;
    report.hidden_uniform_hits = hits.uniform;
  }

  // How many times as many false negatives as uniform ones the generator that is kept draws, by temperature.
  void record_false_negatives(TrainingState& state) {
    if (!has_generator(options_.game) || hidden_positives_.num_queries() == 0) return;
    std::vector<double> temperatures = recorded_temperatures();
    for (double& t : temperatures) t *= options_.game.temperature;
    FalseNegativeCurve curve{hidden_positives_.num_queries(), recorded_temperatures(), {}};
    for (const HiddenHits& hits : hidden_positives_.hits(state.generators, temperatures, layout_, threads_)) {
      curve.multiples.push_back(hits.multiple());
    }
    state.record.false_negatives = std::move(curve);
  }

  static void keep_best(const EpochReport& report, TrainingState& state) {
    for (const Ranker ranker : kRankers) {
      const double score = report.validation[ranker];
      BestEpoch& best = state.best[ranker];
      if (std::isnan(score) || (best.epoch != BestEpoch::kNone && score <= best.score)) continue;
      best = {score, report.epoch, state.players.discriminator.average, state.players.generator.average};
    }
  }

  void finish_network(TrainingState& state) {
    const bool combined = options_.ranker == Ranker::combined;
    if (state.best[options_.ranker].epoch == BestEpoch::kNone) {
      throw Error("no epoch of network " + std::to_string(state.network + 1) +
                  " gives finite scores on validation: try smaller steps (discriminator_rate, generator_rate)");
    }
    state.discriminators.push_back(state.best[combined ? Ranker::combined : Ranker::discriminator].discriminator);
    if (has_generator(options_.game)) {
      state.generators.push_back(
          generator_inputs_.widened(state.best[combined ? Ranker::combined : Ranker::generator].generator));
    }
    NetworkRecord& record = state.record.networks.back();
    for (const Ranker ranker : kRankers) {
      const BestEpoch& best = state.best[ranker];
      if (best.epoch == BestEpoch::kNone) continue;
      record.best[ranker] = ChosenEpoch{best.epoch == BestEpoch::kStart ? 0 : best.epoch + 1, best.score};
    }
    if (state.best[options_.ranker].epoch == BestEpoch::kStart) {
      listener_.on_message("no epoch is better on this validation than the model to go on from: its weights are kept");
    }
    const VectorXd& offsets = state.players.offsets.value;
    if (offsets.size() > 0) {
      const VectorXd relative = offsets.array() - offsets[0];
      record.examination = {relative.begin(), relative.end()};
    }
    record.troubles = diagnose(record.epochs, options_.game, data_.labels);
    for (const std::string& trouble : record.troubles) listener_.on_message(trouble);
  }

  void save(const TrainingState& state) {
    if (options_.checkpoint_path.empty() || !processes_.is_first()) return;
    const std::chrono::duration<double> since_last = std::chrono::steady_clock::now() - last_saved_;
    if (since_last.count() < options_.checkpoint_seconds) return;
    replace_file(options_.checkpoint_path, encode_checkpoint(state, run_));
    last_saved_ = std::chrono::steady_clock::now();
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
    parts.collection = data_.generator;
    parts.facts = data_.facts;
    return parts;
  }

  // Writes down whether the model ranks worse than the first stage, and what each feature is worth to it.
  Trained judged(TrainingState& state) {
    ModelParts parts = model_parts(state);
    const std::shared_ptr<const Model> model = model_of(parts);
    const VectorXd& offsets = state.players.offsets.value;
    state.record.check = check_serving(*model, validation_data_, offsets, options_.first_stage_feature, options_.seed);
    state.record.importance = feature_importance(*model, validation_data_, offsets, options_.seed, threads_);
    parts.training_record = to_text(state.record);
    return {model_of(std::move(parts)), state.record};
  }

  const TrainingData& data_;
  const TrainingData& validation_data_;
  const TrainingOptions& options_;
  const TrainingListener& listener_;
  ProcessGroup& processes_ = ProcessGroup::own();
  ThreadPool threads_;
  const Encoding encoding_;
  const GeneratorInputs generator_inputs_;
  const BinLayout layout_;  // of encoding_
  Batches batches_;
  Validation validation_;
  const HiddenPositives hidden_positives_;
  const TrainingRecord beginning_;  // what is known before the first epoch
  const std::string run_;           // what tells this run from others
  std::chrono::steady_clock::time_point last_saved_ = std::chrono::steady_clock::now();
};

}  // namespace

Trained train(const TrainingData& training, const TrainingData& validation, const TrainingOptions& options,
              const TrainingListener& listener) {
  check(options);
  if (options.from) check_warm_start(options, training);
  check_informative(training, validation);
  check_generator(training);
  return TrainingRun(training, validation, options, listener).run();
}

void save(const Model& model, const std::string& path) { replace_file(path, model.to_bytes()); }

}  // namespace irgan
