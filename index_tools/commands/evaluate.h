/// The command `evaluate`: how good rankings are, and whether one is better than another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/memory_use.h"
#include "index_tools/options/option_table.h"
#include "index_tools/options/vector_use.h"
#include "index_tools/showing/console.h"
#include "irgan/evaluation.h"
#include "irgan/later_log.h"

namespace irgan {

/// What `evaluate` is told on the command line.
struct EvaluateOptions : EvaluationOptions {
  /// A line "run <TAB> query <TAB> measure <TAB> value" for each value instead of the table of means.
  bool per_query = false;
  /// Of the paired randomisation test.
  std::uint64_t seed = 1;
  /// Click logs of interleaved pages instead of judgments and runs, and how they are read.
  std::vector<std::string> interleaved;
  /// A later log instead, and queries; how logs are read, those of interleaved pages too.
  LabelOptions log;
  DatabaseOptions database;
  std::vector<std::string> models;  ///< whose orders a later log judges
  MemoryUse memory;
  VectorUse vectors;
  LaterLogOptions later;
  std::string propensities;  ///< file of the examination of ranks
};

void add_options(EvaluateOptions& options, OptionTable& table);

/// Writes a table of means, a row a run and a column a measure; with two or more runs a second table of each run's
/// differences to the first with their p-values; then notes on queries that were missing, unjudged or without a
/// relevant document.
///
/// With `interleaved`, writes instead which of two rankings the clicks prefer, with a sign test.
///
/// With a later log, writes how good the order that it shows, runs and models are by its clicks.
///
/// Throws: as evaluate()
void run(const EvaluateOptions& options, const Console& console);

}  // namespace irgan
