/// What mining says of itself to people, with the flags that change it.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "irgan/miner.h"
#include "irgan/mining_report.h"

namespace irgan {

/// Says in a line where the temperature of the generator's draws comes from and whether it keeps `bound`, the greatest
/// multiple of uniform draws' false negatives.
std::string sentence_of(const MiningTemperature& temperature, double bound);

/// Writes the report as a table.
void print(const MiningReport& report, const MiningOptions& options, std::ostream& out);

/// The report for programs: figures_of(), advice, and how the miner judged.
nlohmann::json report_json(const MiningReport& report, const Miner& miner);

}  // namespace irgan
