/// The flags of `mine`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"
#include "index_tools/options/option_table.h"
#include "index_tools/options/vector_use.h"
#include "irgan/mining_options.h"

namespace irgan {

struct MineOptions {
  DatabaseOptions database;
  LabelOptions labels;
  std::string model;
  VectorUse vectors;
  std::string out;
  std::string report_json;
  unsigned num_threads = 0;
  bool restart = false;

  MiningOptions mining;                ///< most flags; resolved() fills in what the following say
  std::vector<std::string> sources;    ///< NAME or NAME=SHARE
  std::optional<GuardScore> score_by;  ///< none: by what there is
  std::string run;                     ///< this and the next: TREC runs
  std::string scores;
  std::string texts;  ///< JSON Lines
};

void add_options(MineOptions& options, OptionTable& table);

/// Returns what the flags say, without the contents of files.
///
/// Throws: ConfigError naming the flag if flags contradict each other or one is missing
MiningOptions resolved(const MineOptions& options);

}  // namespace irgan
