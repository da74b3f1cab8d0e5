/// Going on from a trained model with new data: what is taken from it, and what its record says.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/model.h"
#include "irgan/training_record.h"
#include "plugin/src/model/network.h"

namespace irgan {

/// Whether `options.from` can be gone on with; it is not null.
///
/// Throws: ConfigError if the options ask for other networks than the model has, or a generator that it lacks or that
///         sees other features; Error if the data have another feature schema
void check_warm_start(const TrainingOptions& options, const TrainingData& data);

/// Returns the hidden layers' sizes.
IRGAN_API std::vector<int> hidden_units_of(const Network& network);

/// Returns the offsets b[rank] that `network` of the model ended with; a rank that it never saw has the last one's, and
/// all are 0 if it had none.
IRGAN_API Eigen::VectorXd offsets_of_model(const Model& model, int network, Eigen::Index num_ranks);

/// The models that led to one, as its record tells them.
struct ModelHistory {
  std::vector<PastModel> models;  ///< the first, and the last kLatestKept
  int num_models = 0;             ///< with those that are left out
};
constexpr std::size_t kLatestKept = 30;  // a model that is trained every night tells of a month

/// Returns the chain of models that led to `model`, itself last: version, sizes of the data, best epochs, and the
/// verdict against the first stage.
IRGAN_API ModelHistory history_of(const Model& model);

}  // namespace irgan
