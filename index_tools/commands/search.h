/// The command `search`: searches an index in the model's order.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/database_options.h"
#include "index_tools/options/memory_use.h"

namespace irgan {

struct SearchOptions {
  DatabaseOptions database;
  std::string model;
  std::vector<std::string> words;
  unsigned top = 10;
  std::size_t depth = 0;
  MemoryUse memory;
  bool explain = false;
  bool compare = false;
  bool json = false;
};

void add_options(SearchOptions& options, OptionTable& table);
void run(const SearchOptions& options, std::ostream& out);

}  // namespace irgan
