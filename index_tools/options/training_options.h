/// The flags of TrainingOptions.
#pragma once

#include <string>

#include "index_tools/options/option_table.h"
#include "trainer/training/recipe.h"

namespace irgan {

/// Adds a flag for every row of recipe(), and those of interrupted runs; threads and the checkpoint's place are left to
/// the command.
void add_training_options(TrainingOptions& options, OptionTable& table);

/// Returns the flag, with its dashes, of the member that a ConfigError names.
std::string flag_of(const std::string& member);

}  // namespace irgan
