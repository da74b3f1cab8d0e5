/// The command `mine`: hard negatives for training other models.
#pragma once

#include "index_tools/options/mining_options.h"
#include "index_tools/showing/console.h"

namespace irgan {

/// Mines negatives for every query with a positive and writes them in the order of the queries; the report goes to
/// stderr. A run that was killed goes on where it was when it is given again.
///
/// Throws: ConfigError for options that contradict each other, or an interrupted run with others; Error if no query
///         gives a row, or the model does not fit the index
void run(const MineOptions& options, const Console& console);

}  // namespace irgan
