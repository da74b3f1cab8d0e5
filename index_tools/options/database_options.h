/// Which index a command reads, and what the user says of it.
#pragma once

#include <xapian.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "index_tools/options/option_table.h"
#include "irgan/site.h"

namespace irgan {

struct DatabaseOptions {
  std::vector<std::string> paths;
  std::string stemmer;
  std::string id_prefix;
  std::vector<std::pair<std::string, std::string>> prefixes;
  std::vector<std::pair<std::string, std::string>> values;
  Xapian::Query::op default_op = Xapian::Query::OP_OR;

  void add_to(OptionTable& table);

  /// err:    gets what the user should know of the index
  /// Throws: as site_at(); ConfigError for a slot that is no number
  Site site(std::ostream& err) const;
  /// Opens all paths as one database, which may be empty.
  ///
  /// Throws: as site_at()
  Xapian::Database open() const { return open_database(paths); }
  /// Throws: as site()
  IndexLayout layout(const Xapian::Database& db, std::ostream& err) const;
  /// What was said of the layout.
  ///
  /// Throws: ConfigError for a slot that is no number
  LayoutOverrides overrides() const;
};

}  // namespace irgan
