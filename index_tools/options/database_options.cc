#include "index_tools/options/database_options.h"

#include "index_tools/options/training_options.h"

namespace irgan {
namespace {

// A remark may name a member, which goes by its flag here.
void show(const std::vector<LayoutRemark>& remarks, std::ostream& err) {
  for (const LayoutRemark& remark : remarks) {
    err << "index: " << remark.text;
    if (!remark.member.empty()) err << " (" << flag_of(remark.member) << ' ' << remark.value << " says otherwise)";
    err << '\n';
  }
}

}  // namespace

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

Site DatabaseOptions::site(std::ostream& err) const {
  Site site = site_at(paths, overrides(), default_op);
  show(site.remarks, err);
  return site;
}

IndexLayout DatabaseOptions::layout(const Xapian::Database& db, std::ostream& err) const {
  std::vector<LayoutRemark> remarks;
  IndexLayout layout = checked_layout(db, overrides(), paths, remarks);
  show(remarks, err);
  return layout;
}

}  // namespace irgan
