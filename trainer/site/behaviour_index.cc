#include "trainer/site/behaviour_index.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <map>
#include <utility>

#include "plugin/src/features/clicked_field.h"

namespace irgan {
namespace {

namespace fs = std::filesystem;

const TextField& clicked_field(const IndexLayout& layout) {
  const auto field =
      std::find_if(layout.fields.begin(), layout.fields.end(), [](const TextField& one) { return one.from_clicks; });
  assert(field != layout.fields.end());
  return *field;
}

const StoredValue& clicks_value(const IndexLayout& layout) {
  const auto value =
      std::find_if(layout.values.begin(), layout.values.end(), [](const StoredValue& one) { return one.from_clicks; });
  assert(value != layout.values.end());
  return *value;
}

}  // namespace

void remove_behaviour(Xapian::Document& document, const IndexLayout& layout) {
  const std::string& prefix = clicked_field(layout).prefix;
  std::vector<std::string> terms;
  auto term = document.termlist_begin();
  for (term.skip_to(prefix); term != document.termlist_end() && (*term).compare(0, prefix.size(), prefix) == 0;
       ++term) {
    terms.push_back(*term);
  }
  for (const std::string& one : terms) document.remove_term(one);
  document.add_value(clicked_field(layout).length_slot, "");  // none
  document.add_value(clicks_value(layout).slot, "");
}

void write_behaviour(Xapian::Document& document, const DocumentBehaviour& behaviour, const IndexLayout& layout) {
  for (const std::string& term : behaviour.terms) document.add_boolean_term(term);
  document.add_value(clicked_field(layout).length_slot,
                     Xapian::sortable_serialise(static_cast<double>(behaviour.words.size())));
  document.add_value(clicks_value(layout).slot, Xapian::sortable_serialise(behaviour.popularity));
}

QueryStemFinder::QueryStemFinder(const Xapian::Database& db, const IndexLayout& layout, Xapian::Query::op default_op,
                                 const std::vector<QueryRow>& queries)
    : first_stage_(db, layout, default_op), concepts_(field_prefixes(layout), layout.stemmer) {
  for (const QueryRow& query : queries) queries_.emplace(query.id, &query);
}

std::vector<std::string> QueryStemFinder::stems_of(const ClickRow& row, const std::string& query_id) {
  const auto known = queries_.find(query_id);
  if (known != queries_.end()) return query_stems(concepts_.find(first_stage_.query_of(*known->second)));
  return query_stems(concepts_.find(first_stage_.parse(std::string(row.query))));
}

PartIndexes::PartIndexes(const Xapian::Database& db, const IndexLayout& layout, const ClickHistory& history,
                         const ClickParts& parts, double hidden_share, bool with_held_out)
    : folder_((fs::temp_directory_path() / "xapian-irgan-").string(), true), num_parts_(parts.size()) {
  const DocumentIds ids(db, layout.id_prefix);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    std::map<Xapian::docid, DocumentBehaviour> found;  // Xapian is fastest in the order of docids
    for (auto& [id, behaviour] :
         history.behaviour(clicked_field(layout).prefix, *layout.behaviour, parts, part, hidden_share, with_held_out)) {
      const Xapian::docid docid = ids.docid_of(id);
      if (docid != 0) found.emplace(docid, behaviour);
    }
    Xapian::WritableDatabase index(path_of(part), Xapian::DB_CREATE | Xapian::DB_NO_SYNC);
    for (const auto& [docid, behaviour] : found) {
      Xapian::Document document;
      write_behaviour(document, behaviour, layout);
      index.replace_document(docid, document);
    }
    index.commit();
  }
}

PartIndexes::~PartIndexes() = default;

Xapian::Database PartIndexes::open(std::size_t part) const { return Xapian::Database(path_of(part)); }

std::string PartIndexes::path_of(std::size_t part) const {
  return (fs::path(folder_.path()) / std::to_string(part)).string();
}

}  // namespace irgan
