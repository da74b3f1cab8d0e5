#include "trainer/first_stage.h"

#include <sstream>
#include <string_view>

namespace irgan {
namespace {

using Xapian::Query;

constexpr std::string_view kPhraseGenerators = ".-/:\\@";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_phrases(const std::string& text) {
  std::string words = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kPhraseGenerators.find(text[i]) == std::string_view::npos) continue;
    const bool in_number = text[i] == '.' && i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (!in_number) words[i] = ' ';
  }
  return words;
}

}  // namespace

FirstStage::FirstStage(Xapian::Database db, const IndexLayout& layout, Query::op default_op) : db_(std::move(db)) {
  parser_.set_database(db_);
  parser_.set_stemmer(Xapian::Stem(layout.stemmer));
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  parser_.set_default_op(default_op);
  if (!layout.fields.empty()) title_prefix_ = layout.fields.front().prefix;
}

Query FirstStage::parse(const std::string& text) {
  const std::string words = without_phrases(text);
  const Query anywhere = parser_.parse_query(words, 0);
  if (title_prefix_.empty()) return anywhere;
  return Query(Query::OP_OR, parser_.parse_query(words, 0, title_prefix_), anywhere);
}

Query FirstStage::query_of(const QueryRow& row) {
  Query query;
  if (row.serialised_query.empty()) {
    query = parse(row.text);
  } else {
    try {
      query = Query::unserialise(row.serialised_query);
    } catch (const Xapian::Error& error) {
      throw FormatError("query '" + row.id + "': its serialised Xapian::Query cannot be read: " + error.get_msg());
    }
  }
  std::istringstream terms(row.filter);
  for (std::string term; terms >> term;) query = Query(Query::OP_FILTER, query, Query(term));
  return query;
}

Xapian::MSet FirstStage::search(const Query& query, Xapian::doccount depth) const {
  Xapian::Enquire enquire(db_);
  enquire.set_query(query);
  return enquire.get_mset(0, depth);
}

}  // namespace irgan
