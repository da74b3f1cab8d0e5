/// What interleaved pages say of two rankings, in words.
#pragma once

#include <array>
#include <ostream>
#include <string>

#include "trainer/interleaved_clicks.h"

namespace irgan {

/// Writes how many each ranking won, which one the clicks prefer with its sign test, and how many more it takes to know.
///
/// names: what the two rankings are called;  unit: what was counted, "searches" or "sessions"
void write_verdict(const InterleavingOutcome& outcome, const std::array<std::string, 2>& names, const std::string& unit,
                   std::ostream& out);

/// Reads the log of `reader` and writes its verdict.
///
/// Throws: FormatError naming `path` if the log has no two teams, or no sessions; what reading throws
void write_verdict_of_log(const std::string& path, const ClickLogOptions& options, std::ostream& out);

}  // namespace irgan
