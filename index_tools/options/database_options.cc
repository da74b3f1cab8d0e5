#include "index_tools/options/database_options.h"

namespace irgan {

void DatabaseOptions::add_to(OptionTable& table) {
  table.group("The index");
  table.texts("db", paths, "the index: a folder, a stub file, or tcp:HOST:PORT; several are searched as one", "DB");
  table.text("stemmer", stemmer, "language of the index's stems, or none; for indexes that xapian-irgan did not make",
             "LANGUAGE");
  table.text(
      "id-prefix", id_prefix,
      "prefix of unique-id terms, or docid if docids are the ids; found without this for omindex and scriptindex",
      "PREFIX");
  table.pairs("prefix", prefixes,
              "a text field and its term prefix, e.g. title=S; the first is the title; for indexes that xapian-irgan "
              "did not make",
              "NAME=PREFIX");
  table.pairs("value", values, "a number and its value slot, e.g. price=3; for indexes that xapian-irgan did not make",
              "NAME=SLOT");
  table.choice<Xapian::Query::op>("default-op", default_op,
                                  {{"or", Xapian::Query::OP_OR}, {"and", Xapian::Query::OP_AND}},
                                  "what joins the words of a query");
  for (const char* name : {"id-prefix", "prefix", "value", "default-op"})
    table.needs(name, {"db"}, "it is of an index");
}

LayoutOverrides DatabaseOptions::overrides() const {
  LayoutOverrides said{stemmer, id_prefix, prefixes, {}};
  for (const auto& [name, slot] : values) said.values.emplace_back(name, parse_slot("value", slot));
  return said;
}

Site DatabaseOptions::site() const { return site_at(paths, overrides(), default_op); }

IndexLayout DatabaseOptions::layout(const Xapian::Database& db) const { return checked_layout(db, overrides(), paths); }

}  // namespace irgan
