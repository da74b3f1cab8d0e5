#include "irgan/query_words.h"

#include <algorithm>
#include <string_view>

namespace irgan {
namespace {

using Xapian::Query;

constexpr std::string_view kPhraseGenerators = ".-/:\\@";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether the words that a query asks for are not all in its tree.
bool holds_wildcard(const Query& query) {
  switch (query.get_type()) {
    case Query::OP_WILDCARD:
#if XAPIAN_MAJOR_VERSION > 1 || XAPIAN_MINOR_VERSION > 4
    case Query::OP_EDIT_DISTANCE:
#endif
      return true;
    case Query::OP_AND_NOT:
    case Query::OP_FILTER:
      return query.get_num_subqueries() > 0 && holds_wildcard(query.get_subquery(0));
    default:
      for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) {
        if (holds_wildcard(query.get_subquery(i))) return true;
      }
      return false;
  }
}

}  // namespace

std::string without_phrases(const std::string& text) {
  std::string words = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kPhraseGenerators.find(text[i]) == std::string_view::npos) continue;
    const bool in_number =
        text[i] == '.' && i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (!in_number) words[i] = ' ';
  }
  return words;
}

QueryWords::QueryWords(const std::vector<std::string>& prefixes, const std::string& stemmer)
    : finder_(prefixes, stemmer) {
  parser_.set_stemmer(Xapian::Stem(stemmer));
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
}

std::vector<std::string> QueryWords::of(const Query& query) const {
  std::vector<std::string> words;
  if (query.empty() || holds_wildcard(query)) return words;
  for (const QueryConcept& found : finder_.find(query)) words.push_back(found.words.front().stem);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::vector<std::string> QueryWords::of_text(const std::string& text) {
  try {
    return of(parser_.parse_query(without_phrases(text), 0));
  } catch (const Xapian::QueryParserError&) {  // nothing that could be looked up
    return {};
  }
}

}  // namespace irgan
