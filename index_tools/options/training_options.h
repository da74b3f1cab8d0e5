/// The flags of TrainingOptions.
#pragma once

#include "index_tools/options/option_table.h"
#include "trainer/training/training.h"

namespace irgan {

/// Adds a flag for every member that changes the model; --threads is left to the command.
void add_training_options(TrainingOptions& options, OptionTable& table);

}  // namespace irgan
