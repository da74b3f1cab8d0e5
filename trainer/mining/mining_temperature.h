/// How hard the generator's draws are: a temperature, and what speaks for it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "irgan/errors.h"
#include "irgan/mining_settings.h"
#include "irgan/training_record.h"

namespace irgan {

/// Returns the temperature of the generator's draws.
///
/// given:    0: by what was measured
/// measured: by the model's training; none: nothing
/// bound:    the greatest multiple of uniform draws' false negatives that is let through
IRGAN_API MiningTemperature mining_temperature(double given, const std::optional<FalseNegativeCurve>& measured,
                                               double bound);

IRGAN_API void to_json(nlohmann::json& object, const MiningTemperature& temperature);

}  // namespace irgan
