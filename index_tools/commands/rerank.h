/// The command `rerank`: ranks the candidates of many queries into a TREC run.
#pragma once

#include <ostream>
#include <string>

#include "index_tools/options/database_options.h"
#include "index_tools/options/memory_use.h"

namespace irgan {

struct RerankRunOptions {
  DatabaseOptions database;
  std::string model;
  std::string queries;
  std::string out;
  std::string baseline_out;
  std::size_t depth = 0;
  MemoryUse memory;
};

void add_options(RerankRunOptions& options, OptionTable& table);
void run(const RerankRunOptions& options, std::ostream& out);

}  // namespace irgan
