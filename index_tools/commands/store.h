/// The command `store`: puts a model into an index.
#pragma once

#include <ostream>
#include <string>

#include "index_tools/options/option_table.h"

namespace irgan {

struct StoreOptions {
  std::vector<std::string> paths;
  std::string model;
  std::string memory;
  bool previous = false;
};

void add_options(StoreOptions& options, OptionTable& table);

/// Writes the model into the metadata of every shard and keeps the one before; with `previous`, exchanges the two. A
/// memory replaces the one before; "none" removes it.
///
/// Throws: FormatError for a bad model or memory; Error if an indexer is at work; no shard is changed then
void run(const StoreOptions& options, std::ostream& out);

}  // namespace irgan
