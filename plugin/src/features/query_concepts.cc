#include "irgan/query_concepts.h"

#include <algorithm>

namespace irgan {
namespace {

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool is_ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool same_stems(const QueryConcept& a, const QueryConcept& b) {
  return std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(),
                    [](const ConceptWord& x, const ConceptWord& y) { return x.stem == y.stem; });
}

// Keeps a known unstemmed form when the same stem turns up again.
void merge_word(std::vector<ConceptWord>& words, const ConceptWord& word) {
  for (ConceptWord& known : words) {
    if (known.stem == word.stem) {
      if (known.word.empty()) known.word = word.word;
      return;
    }
  }
  words.push_back(word);
}

void merge_concept(std::vector<QueryConcept>& found, QueryConcept fresh) {
  if (fresh.words.empty()) return;
  for (QueryConcept& known : found) {
    if (same_stems(known, fresh)) {
      for (const ConceptWord& word : fresh.words) merge_word(known.words, word);
      return;
    }
  }
  found.push_back(std::move(fresh));
}

}  // namespace

QueryConceptFinder::QueryConceptFinder(const std::vector<std::string>& prefixes, const std::string& stemmer)
    : prefixes_(prefixes), stem_(stemmer) {
  prefixes_.erase(std::remove(prefixes_.begin(), prefixes_.end(), ""), prefixes_.end());
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::vector<QueryConcept> QueryConceptFinder::find(const Xapian::Query& query) const {
  std::vector<QueryConcept> found;
  walk(query, found);
  return found;
}

void QueryConceptFinder::walk(const Xapian::Query& query, std::vector<QueryConcept>& found) const {
  switch (query.get_type()) {
    case Xapian::Query::LEAF_TERM: {
      QueryConcept single;
      ConceptWord word;
      if (parse_term(*query.get_terms_begin(), word)) single.words.push_back(word);
      merge_concept(found, std::move(single));
      break;
    }
    case Xapian::Query::OP_SYNONYM: {
      std::vector<QueryConcept> members;
      for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) walk(query.get_subquery(i), members);
      QueryConcept all;
      for (const QueryConcept& member : members) {
        for (const ConceptWord& word : member.words) merge_word(all.words, word);
      }
      merge_concept(found, std::move(all));
      break;
    }
    case Xapian::Query::OP_AND_NOT:
    case Xapian::Query::OP_FILTER:
      if (query.get_num_subqueries() > 0) walk(query.get_subquery(0), found);
      break;
    default:  // leaves of other types have no subqueries
      for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) walk(query.get_subquery(i), found);
  }
}

// A term is [Z] prefix [:] word; Xapian puts the colon where the word would otherwise run into the prefix.
bool QueryConceptFinder::parse_term(const std::string& term, ConceptWord& word) const {
  const bool stemmed = !term.empty() && term[0] == 'Z';
  std::string rest = stemmed ? term.substr(1) : term;
  if (!rest.empty() && is_ascii_upper(rest[0])) {
    const auto prefix = std::find_if(prefixes_.begin(), prefixes_.end(),
                                     [&](const std::string& known) { return starts_with(rest, known); });
    if (prefix == prefixes_.end()) return false;
    rest.erase(0, prefix->size());
    if (!rest.empty() && is_ascii_upper(rest[0])) return false;  // a longer prefix that is no text field's
    if (!rest.empty() && rest[0] == ':') rest.erase(0, 1);
  }
  if (rest.empty()) return false;
  if (stemmed) {
    word.stem = rest;
  } else {
    word.word = rest;
    word.stem = stem_(rest);
  }
  return true;
}

}  // namespace irgan
