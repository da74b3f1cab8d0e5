/// How hard the generator's draws are: a temperature, and what speaks for it.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "irgan/errors.h"
#include "irgan/training_record.h"

namespace irgan {

enum class TemperatureBasis {
  given,       ///< by the options
  unmeasured,  ///< training measured no false negatives: 1
  bounded,     ///< the lowest that keeps the bound
  unbounded,   ///< none keeps the bound: the highest measured
};

struct MiningTemperature {
  double value = 1.0;
  TemperatureBasis basis = TemperatureBasis::unmeasured;
  /// False negatives as training measured them, as a multiple of uniform draws'; NaN: not measured, infinite: uniform
  /// draws had none.
  double multiple = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t num_queries = 0;  ///< behind the multiple
};

/// Returns the temperature of the generator's draws.
///
/// given:    0: by what was measured
/// measured: by the model's training; none: nothing
/// bound:    the greatest multiple of uniform draws' false negatives that is let through
IRGAN_API MiningTemperature mining_temperature(double given, const std::optional<FalseNegativeCurve>& measured,
                                               double bound);

IRGAN_API void to_json(nlohmann::json& object, const MiningTemperature& temperature);

}  // namespace irgan
