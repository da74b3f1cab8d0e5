#include "trainer/training/warm_start.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plugin/src/model/model_parts.h"

namespace irgan {

using Eigen::Index;
using Eigen::VectorXd;

void check_warm_start(const TrainingOptions& options, const TrainingData& data) {
  const ModelParts& parts = parts_of(*options.from);
  if (schema_to_json(parts.schema) != schema_to_json(data.schema)) {
    throw Error(parts.schema.features == data.schema.features
                    ? "from: the rows have the model's features, but other constants in them (average lengths, slots "
                      "or prefixes): make them anew by the model's schema"
                    : "from: the model's features are not those of the rows: make them anew by the model's schema, or "
                      "train from the start");
  }
  if (options.networks != static_cast<int>(parts.discriminators.size())) {
    throw ConfigError("networks", std::to_string(options.networks) + ": the model to go on from has " +
                                      std::to_string(parts.discriminators.size()));
  }
  if (!has_generator(options.game)) return;
  if (parts.generators.empty()) {
    throw ConfigError(
        "from",
        "names a model that has no generator to go on with: use objective softmax, or the sampler that it was "
        "trained with");
  }
  if (options.generator_features != "all") {
    throw ConfigError(
        "generator_features",
        options.generator_features + " and from exclude each other: the generator goes on with all features");
  }
}

std::vector<int> hidden_units_of(const Network& network) {
  std::vector<int> units;
  for (std::size_t l = 0; l + 1 < network.layers.size(); ++l)
    units.push_back(static_cast<int>(network.layers[l].bias.size()));
  return units;
}

VectorXd offsets_of_model(const Model& model, int network, Index num_ranks) {
  VectorXd result = VectorXd::Zero(num_ranks);
  const TrainingRecord record = record_of(model);
  const auto number = static_cast<std::size_t>(network);
  if (number >= record.networks.size()) return result;
  const std::vector<double>& known = record.networks[number].examination;
  for (Index r = 0; r < num_ranks && !known.empty(); ++r) {
    result[r] = known[std::min(static_cast<std::size_t>(r), known.size() - 1)];
  }
  return result;
}

ModelHistory history_of(const Model& model) {
  TrainingRecord record = record_of(model);
  PastModel latest{model.version(), record.training, record.validation, record.validation_measure, record.check, {}};
  for (const NetworkRecord& network : record.networks) latest.best.push_back(network.best);
  ModelHistory history{std::move(record.history), record.num_models_before + 1};
  history.models.push_back(std::move(latest));
  if (history.models.size() > 1 + kLatestKept) {
    history.models.erase(history.models.begin() + 1, history.models.end() - kLatestKept);
  }
  return history;
}

}  // namespace irgan
