/// Chooses training options on validation queries: random settings, then successive halving.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "irgan/training.h"

namespace irgan {

/// One setting and how far it came.
struct Trial {
  int number = 0;  ///< 1-based; 1 is the setting that was given
  TrainingOptions options;
  int epochs = 0;           ///< of its last round
  double validation = 0.0;  ///< of the served ranker, in that round
};

/// The names, as in recipe(), of what settings differ in.
inline constexpr std::array<const char*, 6> kTried{
    "discriminator_rate", "generator_rate", "batch_size", "lambda", "hidden_units", "bins"};

/// Tries `num_trials` settings, a third of them in the next round with twice the epochs, and so on up to all epochs of
/// `base`, which is a setting too. The others differ from it in
///
///   discriminator_rate = generator_rate   3e-4 to 6e-3, uniform in the logarithm
///   batch_size                            4, 8, 16, 32
///   lambda                                .1 to .8
///   hidden_units                          32-16, 64-32, 128-64
///   bins                                  4, 8, 16
///
/// What is done is kept in `state_path` and not done again by a second call with the same data and options.
///
/// Returns: all trials, the best first: those of the last round by validation, then those of the round before, ...
/// Source:  Jamieson and Talwalkar, "Non-stochastic Best Arm Identification", AISTATS 2016
/// Throws:  what train() throws; ConfigError if the state belongs to other data or options
IRGAN_API std::vector<Trial> choose(const TrainingData& training, const TrainingData& validation,
                                    const TrainingOptions& base, int num_trials, const std::string& state_path,
                                    const std::function<void(const Trial&)>& on_trial);

}  // namespace irgan
