#include "index_tools/database_options.h"

#include <charconv>

namespace irgan {
namespace {

Xapian::Database open_one(const std::string& path) {
  if (path.compare(0, 4, "tcp:") != 0) return Xapian::Database(path);
  const std::size_t colon = path.rfind(':');
  unsigned port = 0;
  const char* end = path.data() + path.size();
  const auto parsed = std::from_chars(path.data() + colon + 1, end, port);
  if (colon < 5 || parsed.ec != std::errc() || parsed.ptr != end || port == 0) {
    throw ConfigError("--db " + path + ": must be tcp:HOST:PORT");
  }
  return Xapian::Remote::open(path.substr(4, colon - 4), port);
}

}  // namespace

Xapian::valueno parse_slot(const char* flag, const std::string& text) {
  Xapian::valueno slot = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), slot);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw ConfigError("--" + std::string(flag) + ": '" + text + "' is no value slot: must be a number from 0 up");
  }
  return slot;
}

void DatabaseOptions::add_to(OptionTable& table) {
  table.texts("db", paths, "the index: a folder, a stub file, or tcp:HOST:PORT; several are searched as one");
  table.text("stemmer", stemmer, "language of the index's stems, or none; for indexes that xapian-irgan did not make");
  table.text("id-prefix", id_prefix, "prefix of unique-id terms, or docid for docids; found by itself for omindex and scriptindex");
  table.pairs("prefix", prefixes, "a text field and its term prefix, e.g. title=S; the first is the title");
  table.pairs("value", values, "a number and its value slot, e.g. popularity=3");
  table.choice<Xapian::Query::op>("default-op", default_op, {{"or", Xapian::Query::OP_OR}, {"and", Xapian::Query::OP_AND}},
                                  "what joins the words of a query");
}

Xapian::Database DatabaseOptions::open() const {
  if (paths.empty()) throw ConfigError("--db is missing: name the index");
  Xapian::Database all;
  for (const std::string& path : paths) all.add_database(open_one(path));
  return all;
}

DatabaseOpener DatabaseOptions::opener() const {
  return [*this] { return open(); };
}

IndexLayout DatabaseOptions::layout(const Xapian::Database& db) const {
  LayoutOverrides overrides{stemmer, id_prefix, prefixes, {}};
  for (const auto& [name, slot] : values) overrides.values.emplace_back(name, parse_slot("value", slot));
  return read_layout(db, overrides);
}

}  // namespace irgan
