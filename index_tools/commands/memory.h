/// The command `memory`: the click memory, from each day's log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"

namespace irgan {

struct MemoryOptions {
  LabelOptions log;  // without judgments
  DatabaseOptions database;
  std::string from;
  std::string out;
  std::optional<double> half_life_days;
  std::optional<double> prior_clicks;
  std::optional<double> min_sessions;
  std::string tune;
  std::string model;
  std::size_t depth = 0;
  bool force = false;
};

void add_options(MemoryOptions& options, OptionTable& table);

/// Writes the memory to `out`, and what the next day's run goes on from to `out`.carry.
///
/// Throws: ConfigError for options that contradict each other or what `from` was made with; Error if the log says
/// nothing, or
///         was counted before
void run(const MemoryOptions& options, const Console& console);

}  // namespace irgan
