/// What `train --trials` prints of the settings that it tries.
#pragma once

#include <string>
#include <vector>

#include "trainer/training/option_search.h"

namespace irgan {

/// A trial's number, epochs, validation and setting, each value beside the flag that takes it.
std::string trial_line(const Trial& trial);

/// The lines of all trials below their heading.
std::string trial_table(const std::vector<Trial>& trials);

}  // namespace irgan
