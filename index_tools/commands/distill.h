/// The command `distill`: what a model can be in Xapian itself, and how much of it is kept.
#pragma once

#include <ostream>
#include <string>

#include "index_tools/options/database_options.h"

namespace irgan {

struct DistillOptions {
  DatabaseOptions database;
  std::string model;
  std::string queries;
  std::string test_queries;
  std::string qrels;
  std::string out;
  std::size_t depth = 0;
  std::size_t max_queries = 1000;
};

void add_options(DistillOptions& options, OptionTable& table);
void run(const DistillOptions& options, std::ostream& out);

}  // namespace irgan
