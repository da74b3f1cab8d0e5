/// Mining options as JSON, to tell runs apart.
#pragma once

#include <nlohmann/json.hpp>

#include "irgan/mining_options.h"

namespace irgan {

/// All options that change a row, but for `run`, `scores` and `text_file`.
IRGAN_API nlohmann::json record_of(const MiningOptions& options);

}  // namespace irgan
