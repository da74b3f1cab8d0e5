/// How a model is trained.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "irgan/game_options.h"
#include "irgan/model.h"
#include "irgan/training_data.h"

namespace irgan {

/// The defaults are the recipe of trainer/README.md. trainer/training/recipe.cc has the range of each hyper-parameter.
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
  /// What a query's example over its whole pool weighs beside its pages, with a generator over the whole collection:
  /// what the discriminator learns of documents that nobody was shown.
  double pool_weight = 0.1;

  /// Go on from its weights, encoding and offsets instead of starting anew; null: start anew. Then bins and
  /// hidden_units are the model's own.
  std::shared_ptr<const Model> from;

  // What follows changes nothing in the model.
  unsigned num_threads = 0;       ///< 0: default_num_threads()
  std::string checkpoint_path;    ///< written after an epoch, resumed from, removed at the end; empty: none
  double checkpoint_seconds = 0;  ///< from one to the next, at least: short epochs take less time than writing one
  bool restart = false;           ///< ignore an existing checkpoint
};

}  // namespace irgan
