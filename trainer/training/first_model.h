/// The ranker that click models begin with.
#pragma once

#include <cstdint>

#include "irgan/training_data.h"
#include "trainer/labels/click_model.h"

namespace irgan {

/// Returns a model trained by softmax(s + b[rank]), and the examination by rank that it learnt.
///
/// Requires: impressions
/// Throws:   Error if no example has two documents and a click
/// Cost:     8,000 examples of training, at least an epoch
IRGAN_API FirstModel first_model(const TrainingData& training, std::uint64_t seed, unsigned num_threads);

/// fit_click_model() with a first model, if that needs one.
///
/// Throws: as check_click_model(); Error if there is nothing to learn from
IRGAN_API FittedClickModel learn_click_model(const ClickModelSettings& settings, const TrainingData& training);

}  // namespace irgan
