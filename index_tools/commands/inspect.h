/// The command `inspect`: shows what a model or an index holds.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"

namespace irgan {

struct InspectOptions {
  std::string model;
  DatabaseOptions database;
};

void add_options(InspectOptions& options, OptionTable& table);

/// Prints a model's features, networks and training record, or an index's layout and its model; given both, also what
/// of the index has changed since the model was trained.
void run(const InspectOptions& options, std::ostream& out);

}  // namespace irgan
