/// The command `score`: ranks ready-made feature rows.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/option_table.h"
#include "irgan/model.h"

namespace irgan {

struct ScoreOptions {
  std::string model;
  std::vector<std::string> data;
  std::string out;
  std::string qrels_out;
  std::string ranker;
};

void add_options(ScoreOptions& options, OptionTable& table);

/// Throws: Error if the rows have other features than the model
void run(const ScoreOptions& options, std::ostream& out);

}  // namespace irgan
