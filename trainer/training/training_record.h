/// What a training run writes down about itself: plain JSON, the same at every repetition of the run.
#pragma once

#include <nlohmann/json.hpp>

#include "trainer/training/training.h"

namespace irgan {

/// Names of options as the command line has them.
const char* to_string(Objective objective);
const char* to_string(DiscriminatorForm form);
const char* to_string(Sampler sampler);
const char* to_string(Reward reward);
const char* to_string(RewardRatio ratio);

/// Everything in `options` that changes the model.
nlohmann::json record_of(const TrainingOptions& options);

/// Sizes and kind of a data set.
nlohmann::json record_of(const TrainingData& data);

nlohmann::json record_of(const EpochReport& report);

}  // namespace irgan
