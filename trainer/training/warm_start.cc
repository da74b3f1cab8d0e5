#include "trainer/training/warm_start.h"

#include <algorithm>
#include <string>

#include "plugin/src/model/model_parts.h"

namespace irgan {

using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;

void check_warm_start(const TrainingOptions& options, const TrainingData& data) {
  const ModelParts& parts = parts_of(*options.from);
  if (schema_to_json(parts.schema) != schema_to_json(data.schema)) {
    throw Error(parts.schema.features == data.schema.features
                    ? "--from: the rows have the model's features, but other constants in them (average lengths, slots "
                      "or prefixes): "
                      "make them with 'features --from MODEL'"
                    : "--from: the model's features are not those of the rows: make them with 'features --from MODEL', "
                      "or train from the start");
  }
  if (options.networks != static_cast<int>(parts.discriminators.size())) {
    throw ConfigError("--networks " + std::to_string(options.networks) + ": the model of --from has " +
                      std::to_string(parts.discriminators.size()));
  }
  if (options.game.objective == Objective::softmax || options.game.sampler != Sampler::generator) return;
  if (parts.generators.empty()) {
    throw ConfigError(
        "--from: the model has no generator to go on with: use --objective softmax or the --sampler that it was "
        "trained with");
  }
  if (options.generator_features != "all") {
    throw ConfigError("--generator-features " + options.generator_features +
                      " and --from exclude each other: the generator goes on with all features");
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
  const json record = json::parse(model.training_record());
  const json networks = record.value("networks", json::array());
  const auto number = static_cast<std::size_t>(network);
  if (number >= networks.size() || !networks[number].contains("examination_offset")) return result;
  const auto known = networks[number]["examination_offset"].get<std::vector<double>>();
  for (Index r = 0; r < num_ranks && !known.empty(); ++r) {
    result[r] = known[std::min(static_cast<std::size_t>(r), known.size() - 1)];
  }
  return result;
}

ModelHistory history_of(const Model& model) {
  const json record = json::parse(model.training_record());
  json history = record.value("history", json::array());
  json entry = {{"version", model.version()}};
  for (const char* key : {"training", "validation", "validation_measure", "first_stage_check"}) {
    if (record.contains(key)) entry[key] = record[key];
  }
  for (const json& network : record.value("networks", json::array()))
    entry["best"].push_back(network.value("best", json::object()));
  const int num_models = record.value("num_models_before", static_cast<int>(history.size())) + 1;
  history.push_back(std::move(entry));
  while (history.size() > 1 + kLatestKept) history.erase(history.begin() + 1);
  return {std::move(history), num_models};
}

}  // namespace irgan
