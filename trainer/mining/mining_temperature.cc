#include "trainer/mining/mining_temperature.h"

#include <algorithm>
#include <cmath>

#include "trainer/training/false_negatives.h"

namespace irgan {
namespace {

const char* name_of(TemperatureBasis basis) {
  switch (basis) {
    case TemperatureBasis::given:
      return "given";
    case TemperatureBasis::bounded:
      return "bounded";
    case TemperatureBasis::unbounded:
      return "unbounded";
    case TemperatureBasis::collection:
      return "collection";
    default:
      return "unmeasured";
  }
}

}  // namespace

MiningTemperature mining_temperature(double given, const std::optional<FalseNegativeCurve>& measured, double bound) {
  if (given > 0.0) return {given, TemperatureBasis::given};
  if (!measured || measured->temperatures.empty()) return {};
  const std::vector<double>& temperatures = measured->temperatures;
  if (measured->multiples.size() != temperatures.size()) return {};
  MiningTemperature chosen;
  chosen.value = hardest_temperature(temperatures, measured->multiples, bound);
  const auto place = std::find(temperatures.begin(), temperatures.end(), chosen.value) - temperatures.begin();
  chosen.multiple = measured->multiples[static_cast<std::size_t>(place)];
  chosen.basis = chosen.multiple <= bound ? TemperatureBasis::bounded : TemperatureBasis::unbounded;
  chosen.num_queries = measured->num_queries;
  return chosen;
}

void to_json(nlohmann::json& object, const MiningTemperature& temperature) {
  object = {{"value", temperature.value}, {"basis", name_of(temperature.basis)}};
  if (std::isnan(temperature.multiple)) return;
  object["false_negative_multiple"] =
      std::isinf(temperature.multiple) ? nlohmann::json() : nlohmann::json(temperature.multiple);
  object["queries"] = temperature.num_queries;
}

}  // namespace irgan
