#include "trainer/training/checkpoint.h"

#include <cstdint>
#include <utility>

#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;

void put(TensorFile& file, const std::string& name, const Network& network) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Network::Layer& layer = network.layers[l];
    const std::string prefix = name + '.' + std::to_string(l);
    file.tensors.push_back(
        make_tensor(prefix + ".weight", {layer.weight.rows(), layer.weight.cols()}, layer.weight.data()));
    file.tensors.push_back(make_tensor(prefix + ".bias", {layer.bias.size()}, layer.bias.data()));
  }
}

Network get_network(const TensorFile& file, const std::string& name) {
  Network network;
  for (std::size_t l = 0; file.contains(name + '.' + std::to_string(l) + ".weight"); ++l) {
    const std::string prefix = name + '.' + std::to_string(l);
    const auto shape = file.tensor(prefix + ".weight", "F32", 2).shape;
    const std::vector<float> weight = file.floats(prefix + ".weight", 2);
    const std::vector<float> bias = file.floats(prefix + ".bias", 1);
    network.layers.push_back({Eigen::Map<const FeatureMatrix>(weight.data(), shape[0], shape[1]),
                              Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Index>(bias.size()))});
  }
  return network;
}

void put(TensorFile& file, const std::string& name, const std::vector<std::int64_t>& numbers) {
  file.tensors.push_back(make_tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers.data()));
}

void put(TensorFile& file, const std::string& name, const Eigen::VectorXd& numbers) {
  file.tensors.push_back(make_tensor(name, {numbers.size()}, numbers.data()));
}

Eigen::VectorXd get_vector(const TensorFile& file, const std::string& name) {
  const std::vector<double> numbers = file.doubles(name, 1);
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(), static_cast<Index>(numbers.size()));
}

std::int64_t get_integer(const TensorFile& file, const std::string& name) {
  const std::vector<std::int64_t> numbers = file.integers(name, 1);
  if (numbers.size() != 1) throw FormatError(file.origin + ": tensor '" + name + "' has not one number");
  return numbers.front();
}

void put(TensorFile& file, const std::string& name, const Player& player) {
  put(file, name + ".weights", player.weights);
  put(file, name + ".average", player.average);
  put(file, name + ".first_moment", player.first_moment);
  put(file, name + ".second_moment", player.second_moment);
  put(file, name + ".num_steps", std::vector<std::int64_t>{player.num_steps});
}

Player get_player(const TensorFile& file, const std::string& name) {
  Player player(get_network(file, name + ".weights"));
  player.average = get_network(file, name + ".average");
  player.first_moment = get_network(file, name + ".first_moment");
  player.second_moment = get_network(file, name + ".second_moment");
  player.num_steps = get_integer(file, name + ".num_steps");
  return player;
}

std::string numbered(const char* name, std::size_t i) { return name + std::string(".") + std::to_string(i); }

TrainingState decode_state(std::string_view bytes, const std::string& run, const std::string& path) {
  const TensorFile file = decode_tensors(bytes, path);
  if (file.text("run") != run) {
    throw ConfigError(
        "restart",
        "is needed: " + path + " is an interrupted run with other data or options; go on with those, or start anew");
  }
  const std::vector<std::int64_t> position = file.integers("position", 1);
  if (position.size() != 2) throw FormatError(path + ": tensor 'position' has not two numbers");
  PositionOffsets offsets(0);
  offsets.value = get_vector(file, "offsets.value");
  offsets.first_moment = get_vector(file, "offsets.first_moment");
  offsets.second_moment = get_vector(file, "offsets.second_moment");
  offsets.num_steps = get_integer(file, "offsets.num_steps");
  TrainingState state{static_cast<int>(position[0]),
                      static_cast<int>(position[1]),
                      {get_player(file, "discriminator"), get_player(file, "generator"), std::move(offsets)},
                      {},
                      {},
                      {},
                      record_from_text(file.text("record"))};
  for (const Ranker ranker : kRankers) {
    const auto r = static_cast<std::size_t>(ranker);
    const Eigen::VectorXd score = get_vector(file, numbered("best", r) + ".score");
    if (score.size() != 1) throw FormatError(path + ": a best score is missing");
    state.best[ranker] = {score[0], static_cast<int>(get_integer(file, numbered("best", r) + ".epoch")),
                          get_network(file, numbered("best", r) + ".discriminator"),
                          get_network(file, numbered("best", r) + ".generator")};
  }
  for (std::size_t n = 0; file.contains(numbered("done", n) + ".discriminator.0.weight"); ++n) {
    state.discriminators.push_back(get_network(file, numbered("done", n) + ".discriminator"));
    if (file.contains(numbered("done", n) + ".generator.0.weight")) {
      state.generators.push_back(get_network(file, numbered("done", n) + ".generator"));
    }
  }
  return state;
}

}  // namespace

std::string encode_checkpoint(const TrainingState& state, const std::string& run) {
  TensorFile file;
  file.metadata = {{"format", "xapian-irgan checkpoint 1"}, {"run", run}, {"record", to_text(state.record)}};
  put(file, "position", std::vector<std::int64_t>{state.network, state.epoch});
  put(file, "discriminator", state.players.discriminator);
  put(file, "generator", state.players.generator);
  put(file, "offsets.value", state.players.offsets.value);
  put(file, "offsets.first_moment", state.players.offsets.first_moment);
  put(file, "offsets.second_moment", state.players.offsets.second_moment);
  put(file, "offsets.num_steps", std::vector<std::int64_t>{state.players.offsets.num_steps});
  for (const Ranker ranker : kRankers) {
    const auto r = static_cast<std::size_t>(ranker);
    const BestEpoch& best = state.best[ranker];
    put(file, numbered("best", r) + ".epoch", std::vector<std::int64_t>{best.epoch});
    put(file, numbered("best", r) + ".score", Eigen::VectorXd::Constant(1, best.score));
    put(file, numbered("best", r) + ".discriminator", best.discriminator);
    put(file, numbered("best", r) + ".generator", best.generator);
  }
  for (std::size_t n = 0; n < state.discriminators.size(); ++n) {
    put(file, numbered("done", n) + ".discriminator", state.discriminators[n]);
    if (n < state.generators.size()) put(file, numbered("done", n) + ".generator", state.generators[n]);
  }
  return encode_tensors(file);
}

TrainingState decode_checkpoint(std::string_view bytes, const std::string& run, const std::string& path) {
  try {
    return decode_state(bytes, run, path);
  } catch (const FormatError& error) {
    throw FormatError(std::string(error.what()) + "; start the training anew (restart)");
  }
}

}  // namespace irgan
