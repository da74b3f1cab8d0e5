/// How hard the generator's draws are: a temperature, and what speaks for it.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace irgan {

enum class TemperatureBasis {
  given,       ///< --temperature
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
/// given:  0: by the record
/// record: of the model's training
/// bound:  the greatest multiple that is let through
MiningTemperature mining_temperature(double given, const nlohmann::json& record, double bound);

/// Says in a line where the temperature comes from and whether it keeps the bound.
std::string sentence_of(const MiningTemperature& temperature, double bound);

nlohmann::json to_json(const MiningTemperature& temperature);

}  // namespace irgan
