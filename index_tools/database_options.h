/// Which index a command reads, and what the user says of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xapian.h>

#include "index_tools/option_table.h"
#include "trainer/data_preparation.h"
#include "trainer/index_layout.h"

namespace irgan {

struct DatabaseOptions {
  std::vector<std::string> paths;
  std::string stemmer;
  std::string id_prefix;
  std::vector<std::pair<std::string, std::string>> prefixes;
  std::vector<std::pair<std::string, std::string>> values;
  Xapian::Query::op default_op = Xapian::Query::OP_OR;

  void add_to(OptionTable& table);

  /// Opens all paths as one database.
  ///
  /// Throws: ConfigError without a path; Xapian::DatabaseError if one cannot be opened
  Xapian::Database open() const;
  DatabaseOpener opener() const;
  /// Throws: ConfigError for a slot that is no number
  IndexLayout layout(const Xapian::Database& db) const;
};

/// Returns `text` as a value slot.
///
/// Throws: ConfigError naming `flag` if it is no number from 0 up
Xapian::valueno parse_slot(const char* flag, const std::string& text);

}  // namespace irgan
