#include "trainer/mining/mining_temperature.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "trainer/training/false_negatives.h"

namespace irgan {
namespace {

using nlohmann::json;

const char* name_of(TemperatureBasis basis) {
  switch (basis) {
    case TemperatureBasis::given:
      return "given";
    case TemperatureBasis::bounded:
      return "bounded";
    case TemperatureBasis::unbounded:
      return "unbounded";
    default:
      return "unmeasured";
  }
}

std::string measured(const MiningTemperature& temperature) {
  std::ostringstream text;
  text.precision(3);
  text << "measured " << temperature.multiple << " times uniform draws' on " << temperature.num_queries
       << (temperature.num_queries == 1 ? " query" : " queries");
  return text.str();
}

}  // namespace

MiningTemperature mining_temperature(double given, const json& record, double bound) {
  if (given > 0.0) return {given, TemperatureBasis::given};
  const auto curve = record.find("false_negatives");
  if (curve == record.end()) return {};
  const auto temperatures = curve->at("temperature").get<std::vector<double>>();
  std::vector<double> multiples;
  for (const json& multiple : curve->at("multiple")) {  // JSON has no infinity
    multiples.push_back(multiple.is_number() ? multiple.get<double>() : std::numeric_limits<double>::infinity());
  }
  if (temperatures.empty() || multiples.size() != temperatures.size()) return {};
  MiningTemperature chosen;
  chosen.value = hardest_temperature(temperatures, multiples, bound);
  const auto place = std::find(temperatures.begin(), temperatures.end(), chosen.value) - temperatures.begin();
  chosen.multiple = multiples[static_cast<std::size_t>(place)];
  chosen.basis = chosen.multiple <= bound ? TemperatureBasis::bounded : TemperatureBasis::unbounded;
  chosen.num_queries = curve->value("queries", std::uint64_t{0});
  return chosen;
}

std::string sentence_of(const MiningTemperature& temperature, double bound) {
  std::ostringstream text;
  text << "the generator draws at temperature " << temperature.value << ": ";
  switch (temperature.basis) {
    case TemperatureBasis::given:
      text << "given by --temperature, so --max-false-negatives has no effect";
      break;
    case TemperatureBasis::bounded:
      text << "the lowest that keeps --max-false-negatives " << bound << " (" << measured(temperature) << ')';
      break;
    case TemperatureBasis::unbounded:
      text << "the highest, since none keeps --max-false-negatives " << bound << " (" << measured(temperature) << ')';
      break;
    default:
      text << "the model's training measured no false negatives (it had no held-out query with two positives), so "
              "--max-false-negatives has no effect";
  }
  return text.str();
}

json to_json(const MiningTemperature& temperature) {
  json result{{"value", temperature.value}, {"basis", name_of(temperature.basis)}};
  if (std::isnan(temperature.multiple)) return result;
  result["false_negative_multiple"] = std::isinf(temperature.multiple) ? json() : json(temperature.multiple);
  result["queries"] = temperature.num_queries;
  return result;
}

}  // namespace irgan
