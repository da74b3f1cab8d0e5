#include "trainer/ranking/document_place.h"

#include <algorithm>

#include "irgan/query_concepts.h"
#include "plugin/src/candidates/query_constraint.h"

namespace irgan {
namespace {

bool has_term(const Xapian::Database& db, Xapian::docid docid, const std::string& term) {
  Xapian::TermIterator found = db.termlist_begin(docid);
  found.skip_to(term);
  return found != db.termlist_end(docid) && *found == term;
}

// Whether the document has the word, or its stem, in some text field.
bool holds(const Xapian::Database& db, Xapian::docid docid, const ConceptWord& word,
           const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    return (!word.word.empty() && has_term(db, docid, prefix + word.word)) ||
           (!word.stem.empty() && has_term(db, docid, 'Z' + prefix + word.stem));
  });
}

void sort_words(const Xapian::Database& db, Xapian::docid docid, const Xapian::Query& query, const IndexLayout& layout,
                DocumentPlace& place) {
  std::vector<std::string> prefixes = field_prefixes(layout);
  prefixes.emplace_back();
  for (const QueryConcept& one : QueryConceptFinder(prefixes, layout.stemmer).find(query)) {
    const bool is_there = std::any_of(one.words.begin(), one.words.end(),
                                      [&](const ConceptWord& word) { return holds(db, docid, word, prefixes); });
    const ConceptWord& first = one.words.front();
    (is_there ? place.has : place.lacks).push_back(first.word.empty() ? first.stem : first.word);
  }
}

std::size_t rank_among_all(const FirstStage& first_stage, const Xapian::Query& query, Xapian::docid docid) {
  const Xapian::MSet all = first_stage.search(query, first_stage.database().get_doccount());
  const auto found = std::find(all.begin(), all.end(), docid);
  return found == all.end() ? 0 : found.get_rank() + 1;
}

}  // namespace

DocumentPlace place_of(const std::string& id, const FirstStage& first_stage, const Xapian::Query& query,
                       const IndexLayout& layout, const std::vector<RankedHit>& hits) {
  const Xapian::Database& db = first_stage.database();
  DocumentPlace place;
  place.id = id;
  const Xapian::docid docid = DocumentIds(db, layout.id_prefix).docid_of(id);
  if (docid == 0) return place;
  sort_words(db, docid, query, layout, place);
  const auto hit = std::find_if(hits.begin(), hits.end(), [&](const RankedHit& one) { return one.docid == docid; });
  if (hit != hits.end()) {
    place.standing = Standing::candidate;
    place.rank = static_cast<std::size_t>(hit - hits.begin()) + 1;
    place.first_stage_rank = hit->first_stage_rank;
    if (place.first_stage_rank > 0) return place;
  }
  place.first_stage_rank = rank_among_all(first_stage, query, docid);
  if (place.rank > 0) return place;
  if (place.first_stage_rank > 0) {
    place.standing = Standing::below;
    return place;
  }
  const std::optional<Xapian::Query> filters = constraint_of(query, field_prefixes(layout));
  const bool is_excluded = filters && found_among(db, {docid}, filters).empty();
  place.standing = is_excluded ? Standing::filtered : Standing::unmatched;
  return place;
}

}  // namespace irgan
