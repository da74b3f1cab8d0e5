/// The command `index`: builds an index from JSON Lines documents.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"

namespace irgan {

struct IndexOptions {
  std::string db;
  std::vector<std::string> files;
  std::string id = "id";
  std::vector<std::pair<std::string, std::string>> fields;  ///< name, prefix; the first is the title
  std::vector<std::pair<std::string, std::string>> values;  ///< name, slot
  std::string stemmer = "english";
  bool overwrite = false;
};

void add_options(IndexOptions& options, OptionTable& table);

/// Builds the index beside `db` and moves it there when it is whole.
///
/// Throws: ConfigError for bad options, or if `db` exists and may not be overwritten; FormatError at path:line for a
/// bad
///         document
void run(const IndexOptions& options, std::ostream& out);

}  // namespace irgan
