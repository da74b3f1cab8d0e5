/// The command `index`: builds an index from JSON Lines documents.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"
#include "index_tools/showing/console.h"
#include "trainer/site/index_builder.h"

namespace irgan {

struct IndexOptions : IndexBuilderOptions {
  std::vector<std::pair<std::string, std::string>> value_slots;  ///< values before their slots are read as numbers
};

void add_options(IndexOptions& options, OptionTable& table);

/// Throws: as build_index(); ConfigError for a slot that is no number
void run(const IndexOptions& options, const Console& console);

}  // namespace irgan
