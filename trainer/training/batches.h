/// What the game is given, step by step: batches of examples in random order, binned for both players.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/binned_rows.h"
#include "trainer/game/game.h"
#include "trainer/game/generator_inputs.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/rows/example_encoding.h"
#include "trainer/training/recipe.h"

namespace irgan {

/// Returns a seed of its own for each use, out of the run's seed and what tells the uses apart.
std::uint64_t seed_for(std::uint64_t seed, int network, std::uint64_t epoch, std::uint64_t item);

/// The examples of a data set in the order of one epoch.
struct Shuffled {
  int network = 0;
  std::uint64_t epoch = 0;
  std::vector<std::size_t> order;
};

/// The feature that holds the first stage's score. Sampler::bm25 sees it with mean 0 and deviation 1 over all rows, so
/// that a softmax of it is neither flat nor a single peak.
struct FirstStageFeature {
  Eigen::Index column = -1;  ///< -1: not needed
  double mean = 0.0;
  double deviation = 1.0;
};

/// Throws: ConfigError if Sampler::bm25 needs the feature and the data have none of that name
FirstStageFeature first_stage_feature(const TrainingData& data, const TrainingOptions& options);

/// The informative examples of a data set, in batches.
class Batches {
 public:
  /// Keeps references to all but `first_stage`.
  Batches(const TrainingData& data, const TrainingOptions& options, const FirstStageFeature& first_stage,
          const BinLayout& layout, const GeneratorInputs& generator_inputs, ThreadPool& threads);

  /// Batches an epoch.
  std::size_t num_steps() const;
  /// The largest rank that an example shows; 0 without impressions.
  Eigen::Index num_ranks() const { return num_ranks_; }

  Shuffled shuffled(int network, std::uint64_t epoch) const;

  /// Describes the examples of one step to the game, those of other processes by their weights alone; the items hold
  /// until the next call.
  std::vector<GameItem> batch(const Shuffled& examples, std::size_t step);

  /// Returns the id of a query in the batch, to name it in messages.
  const std::string& query_of(const Shuffled& examples, std::size_t step) const;

 private:
  void describe_inputs(std::size_t number, std::size_t i, GameItem& item);
  Eigen::VectorXd first_stage_scores(const Example& example) const;

  const TrainingData& data_;
  const TrainingOptions& options_;
  const FirstStageFeature first_stage_;
  const BinLayout& layout_;
  const GeneratorInputs& generator_inputs_;
  ThreadPool& threads_;
  std::vector<std::size_t> examples_;  // of data_, those that are informative
  std::vector<double> weights_;        // of examples_
  Eigen::Index num_ranks_ = 0;
  const std::vector<int> no_ranks_{};
  BinnedExamples binned_;                   // of data_
  std::vector<BinnedRows> rows_;            // of the batch in play, those that are not kept
  std::vector<BinnedRows> generator_rows_;  // of the batch in play, where the generator sees other features
};

}  // namespace irgan
