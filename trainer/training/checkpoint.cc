#include "trainer/training/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;

constexpr const char* kFormat = "xapian-irgan checkpoint 2";

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
  put_network(name + ".weights", player.weights, file);
  put_network(name + ".average", player.average, file);
  put_network(name + ".first_moment", player.first_moment, file);
  put_network(name + ".second_moment", player.second_moment, file);
  put(file, name + ".num_steps", std::vector<std::int64_t>{player.num_steps});
}

Player get_player(const TensorFile& file, const std::string& name) {
  Player player(get_network(name + ".weights", file));
  player.average = get_network(name + ".average", file);
  player.first_moment = get_network(name + ".first_moment", file);
  player.second_moment = get_network(name + ".second_moment", file);
  player.num_steps = get_integer(file, name + ".num_steps");
  return player;
}

std::string numbered(const char* name, std::size_t i) { return name + std::string(".") + std::to_string(i); }

bool same_shape(const Network& a, const Network& b) {
  return std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(),
                    [](const Network::Layer& x, const Network::Layer& y) {
                      return x.weight.rows() == y.weight.rows() && x.weight.cols() == y.weight.cols() &&
                             x.bias.size() == y.bias.size();
                    });
}

bool fits(const Player& player, const Player& fresh) {
  const Network& shape = fresh.weights;
  return same_shape(player.weights, shape) && same_shape(player.average, shape) &&
         same_shape(player.first_moment, shape) && same_shape(player.second_moment, shape) && player.num_steps >= 0;
}

bool fits(const PositionOffsets& offsets, const PositionOffsets& fresh) {
  const Index size = fresh.value.size();
  return offsets.value.size() == size && offsets.first_moment.size() == size && offsets.second_moment.size() == size &&
         offsets.num_steps >= 0 && offsets.value.allFinite() && offsets.first_moment.allFinite() &&
         offsets.second_moment.allFinite();
}

bool fits(const BestEpoch& best, const TrainingState& state, const Players& fresh) {
  if (best.epoch == BestEpoch::kNone) return true;
  return best.epoch >= BestEpoch::kStart && best.epoch < state.epoch && std::isfinite(best.score) &&
         same_shape(best.discriminator, fresh.discriminator.weights) &&
         same_shape(best.generator, fresh.generator.weights);
}

TrainingState decode_state(std::string_view bytes, const std::string& run, const std::string& path) {
  const TensorFile file = decode_tensors(bytes, path);
  if (file.text("format") != kFormat) throw FormatError(path + ": is a checkpoint of another version");
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
                          get_network(numbered("best", r) + ".discriminator", file),
                          get_network(numbered("best", r) + ".generator", file)};
  }
  for (std::size_t n = 0; file.contains(numbered("done", n) + ".discriminator.0.weight"); ++n) {
    state.discriminators.push_back(get_network(numbered("done", n) + ".discriminator", file));
    if (file.contains(numbered("done", n) + ".generator.0.weight")) {
      state.generators.push_back(get_network(numbered("done", n) + ".generator", file));
    }
  }
  return state;
}

}  // namespace

std::string encode_checkpoint(const TrainingState& state, const std::string& run) {
  TensorFile file;
  file.metadata = {{"format", kFormat}, {"run", run}, {"record", to_text(state.record)}};
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
    put_network(numbered("best", r) + ".discriminator", best.discriminator, file);
    put_network(numbered("best", r) + ".generator", best.generator, file);
  }
  for (std::size_t n = 0; n < state.discriminators.size(); ++n) {
    put_network(numbered("done", n) + ".discriminator", state.discriminators[n], file);
    if (n < state.generators.size()) put_network(numbered("done", n) + ".generator", state.generators[n], file);
  }
  return encode_tensors(file);
}

void check_shapes(const TrainingState& state, const TrainingState& fresh, bool has_generator, const std::string& path) {
  const auto num_done = static_cast<std::size_t>(state.network);
  const std::vector<NetworkRecord>& records = state.record.networks;
  bool fit = fits(state.players.discriminator, fresh.players.discriminator) &&
             fits(state.players.generator, fresh.players.generator) &&
             fits(state.players.offsets, fresh.players.offsets) && state.discriminators.size() == num_done &&
             state.generators.size() == (has_generator ? num_done : 0) && records.size() == num_done + 1 &&
             records.back().epochs.size() == static_cast<std::size_t>(state.epoch);
  for (const Ranker ranker : kRankers) fit = fit && fits(state.best[ranker], state, fresh.players);
  for (const Network& done : state.discriminators) fit = fit && same_shape(done, fresh.players.discriminator.weights);
  // Those of generators are widened to all inputs.
  for (const Network& done : state.generators) {
    fit = fit && !done.layers.empty() && done.num_inputs() == fresh.players.discriminator.weights.num_inputs() &&
          done.layers.back().bias.size() == 1;
  }
  if (!fit) throw FormatError(path + ": its networks and counters are not those of this run; start anew (restart)");
}

TrainingState decode_checkpoint(std::string_view bytes, const std::string& run, const std::string& path) {
  try {
    return decode_state(bytes, run, path);
  } catch (const FormatError& error) {
    throw FormatError(std::string(error.what()) + "; start the training anew (restart)");
  }
}

}  // namespace irgan
