#include "index_tools/options/database_options.h"

#include <charconv>

#include "irgan/errors.h"

namespace irgan {
namespace {

[[noreturn]] void refuse(const std::string& path, const Xapian::Error& error) {
  throw Error("--db " + path + ": cannot be opened: " + error.get_msg() +
              "; name the folder of a Xapian index, a stub file, or tcp:HOST:PORT");
}

Xapian::Database open_remote(const std::string& path) {
  const std::size_t colon = path.rfind(':');
  unsigned port = 0;
  const char* end = path.data() + path.size();
  const auto parsed = std::from_chars(path.data() + colon + 1, end, port);
  if (colon < 5 || parsed.ec != std::errc() || parsed.ptr != end || port == 0 || port > 65535) {
    throw ConfigError("--db " + path + ": must be tcp:HOST:PORT");
  }
  return Xapian::Remote::open(path.substr(4, colon - 4), port);
}

Xapian::Database open_one(const std::string& path) {
  if (path.empty()) throw ConfigError("--db is empty: name the index");
  try {
    return path.compare(0, 4, "tcp:") == 0 ? open_remote(path) : Xapian::Database(path);
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

}  // namespace

Xapian::WritableDatabase open_writable(const std::string& path) {
  if (path.empty()) throw ConfigError("--db is empty: name the index");
  if (path.compare(0, 4, "tcp:") == 0)
    throw ConfigError("--db " + path + ": only an index on this machine can be changed");
  try {
    const Xapian::Database readable(path);  // a writer leaves a lock file in a folder that is no index
    return Xapian::WritableDatabase(path, Xapian::DB_OPEN);
  } catch (const Xapian::DatabaseLockError&) {
    throw Error("--db " + path +
                ": another program is writing to the index and has locked it; try again when it has ended");
  } catch (const Xapian::Error& error) {
    refuse(path, error);
  }
}

void check_stemmer(const std::string& language) {
  try {
    const Xapian::Stem stem(language);
  } catch (const Xapian::InvalidArgumentError&) {
    throw ConfigError("--stemmer " + language + ": must be none or one of " + Xapian::Stem::get_available_languages());
  }
}

void check_name(const std::string& name) {
  if (name.empty() || name.find_first_of(". \t") != std::string::npos || name == "value" || name == "query" ||
      name == "first_stage") {
    throw ConfigError("'" + name +
                      "': names of fields and values have no dots or spaces and are not value, query or first_stage");
  }
}

Xapian::valueno parse_slot(const char* flag, const std::string& text) {
  Xapian::valueno slot = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), slot);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw ConfigError("--" + std::string(flag) + ": '" + text + "' is no value slot: must be a number from 0 up");
  }
  return slot;
}

void DatabaseOptions::add_to(OptionTable& table) {
  table.texts("db", paths, "the index: a folder, a stub file, or tcp:HOST:PORT; several are searched as one", "DB");
  table.text("stemmer", stemmer, "language of the index's stems, or none; for indexes that xapian-irgan did not make",
             "LANGUAGE");
  table.text("id-prefix", id_prefix,
             "prefix of unique-id terms, or docid for docids; found by itself for omindex and scriptindex", "PREFIX");
  table.pairs("prefix", prefixes,
              "a text field and its term prefix, e.g. title=S; the first is the title; for indexes that xapian-irgan "
              "did not make",
              "NAME=PREFIX");
  table.pairs("value", values,
              "a number and its value slot, e.g. popularity=3; for indexes that xapian-irgan did not make",
              "NAME=SLOT");
  table.choice<Xapian::Query::op>("default-op", default_op,
                                  {{"or", Xapian::Query::OP_OR}, {"and", Xapian::Query::OP_AND}},
                                  "what joins the words of a query");
  for (const char* name : {"id-prefix", "prefix", "value", "default-op"})
    table.needs(name, {"db"}, "it is of an index");
}

Xapian::Database DatabaseOptions::open() const {
  if (paths.empty()) throw ConfigError("--db is missing: name the index");
  Xapian::Database all;
  for (const std::string& path : paths) all.add_database(open_one(path));
  return all;
}

Xapian::Database DatabaseOptions::open_filled() const {
  Xapian::Database db = open();
  if (db.get_doccount() == 0) throw Error("--db " + paths.front() + ": there are no documents in the index");
  return db;
}

DatabaseOpener DatabaseOptions::opener() const {
  return [*this] { return open(); };
}

IndexLayout DatabaseOptions::layout(const Xapian::Database& db) const {
  check_stemmer(stemmer);
  for (const auto& prefix : prefixes) check_name(prefix.first);
  LayoutOverrides overrides{stemmer, id_prefix, prefixes, {}};
  for (const auto& [name, slot] : values) {
    check_name(name);
    overrides.values.emplace_back(name, parse_slot("value", slot));
  }
  try {
    return read_layout(db, overrides);
  } catch (const FormatError& error) {
    throw FormatError((paths.empty() ? "" : paths.front() + ": ") + error.what() + "; index the documents anew");
  }
}

}  // namespace irgan
