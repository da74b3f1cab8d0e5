/// The command `simulate`: makes a click log of simulated users.
#pragma once

#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/showing/console.h"
#include "trainer/simulation/served_order.h"

namespace irgan {

/// What `--compare` calls the site's own order.
inline constexpr const char* kFirstStageName = "first-stage";

struct SimulateOptions {
  DatabaseOptions database;
  SimulationOptions simulation;
  ServedOrder order;
  std::string out;
  /// Two model files, or kFirstStageName for one of them: compare these instead of making a log of one order.
  std::vector<std::string> compare;
};

void add_options(SimulateOptions& options, OptionTable& table);

/// Writes the log of simulated sessions, and what the exploring cost its users; or which of two orders their clicks
/// prefer, how many sessions it takes to know, and what the judgments say.
void run(const SimulateOptions& options, const Console& console);

}  // namespace irgan
