/// Which index a command reads, and what the user says of it.
#pragma once

#include <xapian.h>

#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"
#include "trainer/rows/data_preparation.h"
#include "trainer/site/index_layout.h"

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
  /// Throws: ConfigError without a path; Error naming the one that cannot be opened
  Xapian::Database open() const;
  /// Throws: as open; Error if there are no documents
  Xapian::Database open_filled() const;
  DatabaseOpener opener() const;
  /// Throws: ConfigError for a slot that is no number or an unknown stemmer; FormatError if the index's own is damaged
  IndexLayout layout(const Xapian::Database& db) const;
};

/// Opens the index at `path` to write to it; no other program can until it is closed.
///
/// Throws: Error naming the path, and what to do, if it is locked or cannot be opened
Xapian::WritableDatabase open_writable(const std::string& path);

/// Throws: ConfigError naming --stemmer and the languages that there are
void check_stemmer(const std::string& language);

/// Throws: ConfigError if features cannot be named after the field or value `name`
void check_name(const std::string& name);

/// Returns `text` as a value slot.
///
/// Throws: ConfigError naming `flag` if it is no number from 0 up
Xapian::valueno parse_slot(const char* flag, const std::string& text);

}  // namespace irgan
