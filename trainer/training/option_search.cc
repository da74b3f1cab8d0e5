#include "trainer/training/option_search.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "irgan/training_record.h"
#include "plugin/src/features/bounded_json.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/safetensors.h"
#include "trainer/machine/output_file.h"
#include "trainer/parallel/process_group.h"
#include "trainer/training/training_record_json.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr int kHalvings = 2;      // rounds before the last one
constexpr std::size_t kKeep = 3;  // one of so many goes on to the next round

TrainingOptions random_setting(const TrainingOptions& base, std::mt19937_64& random) {
  const auto one_of = [&](const auto& choices) {
    return choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(random)];
  };
  std::uniform_real_distribution<double> uniform;
  TrainingOptions options = base;
  options.discriminator_rate = 3e-4 * std::pow(6e-3 / 3e-4, uniform(random));
  options.generator_rate = options.discriminator_rate;
  options.batch_size = one_of(std::vector<int>{4, 8, 16, 32});
  options.game.lambda = 0.1 + 0.7 * uniform(random);
  options.hidden_units = one_of(std::vector<std::vector<int>>{{32, 16}, {64, 32}, {128, 64}});
  options.bins = one_of(std::vector<int>{4, 8, 16});
  return options;
}

// What has been tried, kept in a file: validation by trial and number of epochs.
class Memory {
 public:
  Memory(std::string path, const std::string& run, bool restart) : path_(std::move(path)) {
    state_ = {{"run", run}, {"scores", json::object()}};
    ProcessGroup& processes = ProcessGroup::own();
    std::optional<std::string> text;
    if (processes.is_first() && !restart && ::access(path_.c_str(), F_OK) == 0) text = read_file(path_);
    text = processes.of_first(std::move(text));  // all go on from what it has tried
    if (!text) return;
    const json found = is_deep_json(*text) ? json() : json::parse(*text, nullptr, false);
    if (!found.is_object() || !found.contains("scores"))
      throw FormatError(path_ + ": not what a search of options wrote");
    if (found.value("run", "") != run) {
      throw ConfigError("restart", "is needed: " + path_ +
                                       " holds trials with other data or options; go on with those, or start anew");
    }
    state_ = found;
  }

  const json* find(const Trial& trial) const {
    const auto known = state_["scores"].find(key(trial));
    return known == state_["scores"].end() ? nullptr : &*known;
  }

  void keep(const Trial& trial) {
    state_["scores"][key(trial)] = trial.validation;
    if (ProcessGroup::own().is_first()) replace_file(path_, state_.dump());
  }

 private:
  static std::string key(const Trial& trial) {
    return std::to_string(trial.number) + "/" + std::to_string(trial.epochs);
  }

  std::string path_;
  json state_;
};

}  // namespace

std::vector<Trial> choose(const TrainingData& training, const TrainingData& validation, const TrainingOptions& base,
                          int num_trials, const std::string& state_path,
                          const std::function<void(const Trial&)>& on_trial) {
  Memory memory(
      state_path,
      hex_digest(json(base).dump() + std::to_string(num_trials) + fingerprint(training) + fingerprint(validation)),
      base.restart);
  std::mt19937_64 random(base.seed);
  std::vector<Trial> running;
  running.reserve(static_cast<std::size_t>(num_trials));
  for (int i = 0; i < num_trials; ++i) running.push_back({i + 1, i == 0 ? base : random_setting(base, random), 0, 0.0});

  std::vector<Trial> ended;
  for (int round = 0; round <= kHalvings; ++round) {
    const int epochs = std::max(1, base.epochs >> (kHalvings - round));
    for (Trial& trial : running) {
      trial.epochs = epochs;
      if (const json* known = memory.find(trial)) {
        trial.validation = known->get<double>();
      } else {
        TrainingOptions options = trial.options;
        options.epochs = epochs;
        options.checkpoint_path.clear();
        trial.validation = train(training, validation, options).record.validation_of(base.ranker);
        memory.keep(trial);
      }
      on_trial(trial);
    }
    std::stable_sort(running.begin(), running.end(),
                     [](const Trial& a, const Trial& b) { return a.validation > b.validation; });
    if (round == kHalvings) break;
    const std::size_t going_on = std::max<std::size_t>(1, running.size() / kKeep);
    ended.insert(ended.begin(), running.begin() + static_cast<std::ptrdiff_t>(going_on), running.end());
    running.resize(going_on);
  }
  running.insert(running.end(), ended.begin(), ended.end());
  return running;
}

}  // namespace irgan
