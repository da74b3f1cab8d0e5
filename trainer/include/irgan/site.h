/// A site's index as its own searches use it.
#pragma once

#include <xapian.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "irgan/index_watch.h"
#include "irgan/value_cache.h"

namespace irgan {

/// Opens the index anew, for a thread of its own.
using DatabaseOpener = std::function<Xapian::Database()>;

/// Where the index is, what stands where in it, and how the site's searches read a text.
///
/// Threads: safe to share; each thread opens a Database of its own
struct Site {
  std::vector<std::string> paths;
  DatabaseOpener open;  ///< all paths as one database
  IndexLayout layout;
  Xapian::Query::op default_op = Xapian::Query::OP_OR;                  ///< what joins the words of a text
  std::shared_ptr<IndexWatch> watch = std::make_shared<IndexWatch>();   ///< of all who read the site
  std::vector<LayoutRemark> remarks = {};                               ///< on the layout, for the user
  std::shared_ptr<ValueCache> values = std::make_shared<ValueCache>();  ///< slots and ids, for all who read the site
};

/// Opens the index and reads its layout.
///
/// paths:  each a folder, a stub file or tcp:HOST:PORT; several are searched as one
/// said:   what the caller says of an index that does not say it itself
/// Throws: ConfigError without a path, for an unknown stemmer, a name that features cannot have, a prefix that is not
///         one of unique ids, or a value slot that holds no numbers; Error naming the path that cannot be opened, if
///         there are no documents, or if several databases were not made alike; FormatError if the index's own layout
///         is damaged
Site site_at(std::vector<std::string> paths, const LayoutOverrides& said = {},
             Xapian::Query::op default_op = Xapian::Query::OP_OR);

/// Opens all paths as one database.
///
/// Throws: as site_at, but an index may be empty
Xapian::Database open_database(const std::vector<std::string>& paths);

/// Returns the layout of an open index.
///
/// paths:   of the databases, which are compared where they are several
/// remarks: gets what a user should know of it
/// Throws:  as site_at
IndexLayout checked_layout(const Xapian::Database& db, const LayoutOverrides& said,
                           const std::vector<std::string>& paths, std::vector<LayoutRemark>& remarks);

/// Opens the index at `path` to write to it; no other program can until it is closed. A transaction has begun: changes
/// last by commit_transaction() alone. Without one Xapian writes, when the database goes, what an error left half done.
///
/// Throws: Error naming the path, and what to do, if it is locked or cannot be opened
Xapian::WritableDatabase open_writable(const std::string& path);

/// Throws: ConfigError naming the languages that there are
void check_stemmer(const std::string& language);

/// Returns `text` as a value slot.
///
/// Throws: ConfigError of `member` if it is no number from 0 up
Xapian::valueno parse_slot(const std::string& member, const std::string& text);

/// Throws: ConfigError if features cannot be named after the field or value `name`
void check_name(const std::string& name);

}  // namespace irgan
