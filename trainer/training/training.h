/// Epochs of the game, validation on held-out evidence, the best epoch of each ranker kept, checkpoints, the record.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/model.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/game/game.h"
#include "trainer/rows/training_data.h"
#include "trainer/training/serving_check.h"

namespace irgan {

/// The defaults are the recipe of trainer/README.md, "The recipe".
struct TrainingOptions {
  GameOptions game;
  int epochs = 20;
  int batch_size = 8;                ///< examples a step
  double discriminator_rate = 2e-3;  ///< Adam's step size, falling by a cosine to 2 % of it
  double generator_rate = 2e-3;
  int pretraining_epochs = 0;  ///< of the generator, by maximum likelihood
  int bins = 8;                ///< quantile bins a feature
  std::vector<int> hidden_units{64, 32};
  std::string generator_features = "all";   ///< what the generator sees, as GeneratorInputs takes it
  std::vector<int> generator_hidden_units;  ///< empty: hidden_units
  int networks = 1;                         ///< trained with neighbouring seeds and averaged
  Ranker ranker = Ranker::discriminator;
  double unseen_credit = 0.2;  ///< of the model, if it has features from clicks; epochs are chosen without it
  std::string first_stage_feature =
      "first_stage.score";  ///< read by Sampler::bm25 and, in ready-made rows, by check_serving
  std::uint64_t seed = 1;
  QueryWeight query_weight = QueryWeight::sqrt;

  /// Go on from its weights, encoding and offsets instead of starting anew; null: start anew. Then bins and
  /// hidden_units are the model's own.
  std::shared_ptr<const Model> from;

  // What follows changes nothing in the model.
  unsigned num_threads = 0;     ///< 0: default_num_threads()
  std::string checkpoint_path;  ///< written after every epoch, resumed from, removed at the end; empty: none
  bool restart = false;         ///< ignore an existing checkpoint
};

/// Validation of the three rankers; indexed by Ranker.
using RankerScores = std::array<double, 3>;

/// What an epoch did.
struct EpochReport {
  int network = 0;  ///< 0-based
  int epoch = 0;    ///< 0-based
  GameStatistics statistics;
  RankerScores validation{};  ///< NaN where there is no such ranker
  double policy_hits = 0.0;   ///< chance that a draw of the generator is a held-out positive; NaN without one
  double uniform_hits = 0.0;  ///< the same for a uniform draw
  double hidden_hits = 0.0;   ///< chance that a draw, the known half of the positives left out, is of the other half
  double hidden_uniform_hits = 0.0;  ///< the same for a uniform draw; both NaN without a generator
};

/// Called in the course of train(), on the calling thread.
struct TrainingListener {
  std::function<void(const std::string& message)> on_message = [](const std::string&) {};
  std::function<void(int network, int epoch, double share_done)> on_progress = [](int, int, double) {};
  std::function<void(const EpochReport&)> on_epoch = [](const EpochReport&) {};
  std::function<void(const ServingCheck&)> on_serving_check = [](const ServingCheck&) {};
  /// The place to save the model: the checkpoint is removed only after it returns.
  std::function<void(const ModelParts&)> on_finish = [](const ModelParts&) {};
};

/// What validation measures for labels of `kind`, in words.
IRGAN_API std::string validation_measure(LabelKind kind);

/// Trains on `training`, chooses epochs on `validation`, and returns the model's parts with the training record.
///
/// Same data, options and seed give the same bytes at any number of threads and after any number of interruptions.
///
/// Requires: both data sets have the same schema; numbers in the ranges that `train --help` names
/// Throws:   ConfigError if options contradict each other, or the model to go on from, or a checkpoint belongs to
/// another run;
///           Error if there is nothing to learn from, or a gradient is not finite (names epoch and query)
IRGAN_API ModelParts train(const TrainingData& training, const TrainingData& validation, const TrainingOptions& options,
                           const TrainingListener& listener = {});

}  // namespace irgan
