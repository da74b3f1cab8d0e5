#include "irgan/site.h"

#include <string_view>
#include <utility>

#include "irgan/errors.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

[[noreturn]] void refuse(const std::string& path, const Xapian::Error& error) {
  throw Error("index " + path + ": cannot be opened: " + error.get_msg() +
              "; name the folder of a Xapian index, a stub file, or tcp:HOST:PORT");
}

Xapian::Database open_remote(const std::string& path) {
  const std::size_t colon = path.rfind(':');
  unsigned port = 0;
  if (colon < 5 || !parse_number(std::string_view(path).substr(colon + 1), port) || port == 0 || port > 65535) {
    throw ConfigError("db", path + ": must be tcp:HOST:PORT");
  }
  return Xapian::Remote::open(path.substr(4, colon - 4), port);
}

void check_path(const std::string& path) {
  if (path.empty()) throw ConfigError("db", "is empty: name the index");
}

Xapian::Database open_one(const std::string& path) {
  check_path(path);
  try {
    return path.compare(0, 4, "tcp:") == 0 ? open_remote(path) : Xapian::Database(path);
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

}  // namespace

Xapian::Database open_database(const std::vector<std::string>& paths) {
  if (paths.empty()) throw ConfigError("db", "is missing: name the index");
  Xapian::Database all;
  for (const std::string& path : paths) all.add_database(open_one(path));
  return all;
}

Xapian::WritableDatabase open_writable(const std::string& path) {
  check_path(path);
  if (path.compare(0, 4, "tcp:") == 0) {
    throw ConfigError("db", path + ": only an index on this machine can be changed");
  }
  try {
    const Xapian::Database readable(path);  // a writer leaves a lock file in a folder that is no index
    return Xapian::WritableDatabase(path, Xapian::DB_OPEN);
  } catch (const Xapian::DatabaseLockError&) {
    throw Error("index " + path +
                ": another program is writing to the index and has locked it; try again when it has ended");
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

IndexLayout checked_layout(const Xapian::Database& db, const LayoutOverrides& said,
                           const std::vector<std::string>& paths) {
  check_stemmer(said.stemmer);
  for (const auto& prefix : said.prefixes) check_name(prefix.first);
  for (const auto& value : said.values) check_name(value.first);
  try {
    return read_layout(db, said);
  } catch (const FormatError& error) {
    throw FormatError((paths.empty() ? "" : paths.front() + ": ") + error.what() + "; index the documents anew");
  }
}

Site site_at(std::vector<std::string> paths, const LayoutOverrides& said, Xapian::Query::op default_op) {
  const Xapian::Database db = open_database(paths);
  if (db.get_doccount() == 0) throw Error("index " + paths.front() + ": there are no documents in the index");
  Site site;
  site.layout = checked_layout(db, said, paths);
  site.watch = std::make_shared<IndexWatch>(db, paths);
  site.open = [paths] { return open_database(paths); };
  site.paths = std::move(paths);
  site.default_op = default_op;
  return site;
}

void check_stemmer(const std::string& language) {
  try {
    const Xapian::Stem stem(language);
  } catch (const Xapian::InvalidArgumentError&) {
    throw ConfigError("stemmer", language + ": must be none or one of " + Xapian::Stem::get_available_languages());
  }
}

Xapian::valueno parse_slot(const std::string& member, const std::string& text) {
  Xapian::valueno slot = 0;
  if (!parse_number(text, slot)) {
    throw ConfigError(member, "'" + text + "' is no value slot: must be a number from 0 up");
  }
  return slot;
}

void check_name(const std::string& name) {
  if (name.empty() || name.find_first_of(". \t") != std::string::npos || name == "value" || name == "query" ||
      name == "first_stage") {
    throw ConfigError("'" + name +
                      "': names of fields and values have no dots or spaces and are not value, query or first_stage");
  }
}

}  // namespace irgan
