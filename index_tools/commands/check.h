/// The command `check`: what a click log holds, and what will limit a model that learns from it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/evidence_options.h"

namespace irgan {

struct CheckOptions {
  LabelOptions labels;
  DatabaseOptions database;
  std::string model;
  std::size_t depth = 100;
};

void add_options(CheckOptions& options, OptionTable& table);
void run(const CheckOptions& options, std::ostream& out);

}  // namespace irgan
