/// What interleaved pages say of two rankings, in words.
#pragma once

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/showing/console.h"
#include "irgan/interleaved_clicks.h"

namespace irgan {

/// Writes how many each ranking won, which one the clicks prefer with its sign test, and how many more it takes to
/// know.
///
/// names: what the two rankings are called;  unit: what was counted, "searches" or "sessions"
void write_verdict(const InterleavingOutcome& outcome, const std::array<std::string, 2>& names, const std::string& unit,
                   std::ostream& out);

/// What a log of interleaved pages says.
struct InterleavedLog {
  std::array<std::string, 2> names;  ///< of the rankings
  InterleavingOutcome by_search;
  InterleavingOutcome by_session;
};

/// Reads logs as one, writes their verdict and returns it. Shows unusable lines.
///
/// Throws: FormatError naming the logs if they have no two teams, or no sessions; what reading throws
InterleavedLog write_verdict_of_logs(const std::vector<std::string>& paths, const ClickLogOptions& options,
                                     const Console& console);

}  // namespace irgan
