/// Two rankings compared by simulated users: how `simulate --compare` closes the loop.
#pragma once

#include <ostream>
#include <string>

#include "index_tools/commands/simulate.h"

namespace irgan {

/// What `--compare` calls the site's own order.
inline constexpr const char* kFirstStageName = "first-stage";

/// Shows every session the two rankings of `options.compare` interleaved, and writes which one the clicks prefer, how
/// many sessions it takes to know, and what the judgments say. Writes the log, with teams, if options.out names one.
///
/// Requires: two names in options.compare
/// Throws:   what reading, searching and reranking throw
void run_comparison(const SimulateOptions& options, std::ostream& out);

}  // namespace irgan
