/// Epochs of the game, validation on held-out evidence, the best epoch of each ranker kept, checkpoints, the record.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "irgan/epoch_report.h"
#include "irgan/training_data.h"
#include "irgan/training_options.h"
#include "irgan/training_record.h"

namespace irgan {

/// What training gives.
struct Trained {
  std::shared_ptr<const Model> model;
  TrainingRecord record;
};

/// Called in the course of train(), on the calling thread.
struct TrainingListener {
  std::function<void(const std::string& message)> on_message = [](const std::string&) {};
  std::function<void(int network, int epoch, double share_done)> on_progress = [](int, int, double) {};
  std::function<void(const EpochReport&)> on_epoch = [](const EpochReport&) {};
  /// The place to save the model: the checkpoint is removed only after it returns.
  std::function<void(const Trained&)> on_finish = [](const Trained&) {};
};

/// Trains on `training`, chooses epochs on `validation`, and returns the model with its record.
///
/// Same data, options and seed give the same bytes at any number of threads and after any number of interruptions.
///
/// Requires: both data sets have the same schema; ready-made rows for `from` are by its schema
/// Throws:   ConfigError if an option is outside its range, options contradict each other, or the model to go on from,
/// or a checkpoint belongs to another run;
///           Error if there is nothing to learn from, or a gradient is not finite (names epoch and query)
IRGAN_API Trained train(const TrainingData& training, const TrainingData& validation,
                        const TrainingOptions& options = {}, const TrainingListener& listener = {});

/// Replaces the file at `path` by the model, whole or not at all.
///
/// Throws: Error if it cannot be written; what stood there is untouched then
IRGAN_API void save(const Model& model, const std::string& path);

}  // namespace irgan
