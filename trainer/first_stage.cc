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

// Damaged bytes can come out as operators that lack operands, and Xapian crashes when it searches for those.
bool is_complete(const Query& query) {
  std::size_t num_needed = 0;
  switch (query.get_type()) {
    case Query::OP_SCALE_WEIGHT:
    case Query::OP_SYNONYM: num_needed = 1; break;
    case Query::OP_AND:
    case Query::OP_OR:
    case Query::OP_AND_NOT:
    case Query::OP_XOR:
    case Query::OP_AND_MAYBE:
    case Query::OP_FILTER:
    case Query::OP_NEAR:
    case Query::OP_PHRASE:
    case Query::OP_ELITE_SET:
    case Query::OP_MAX: num_needed = 2; break;
    default: break;
  }
  if (query.get_num_subqueries() < num_needed) return false;
  for (std::size_t i = 0; i < query.get_num_subqueries(); ++i) {
    const Query operand = query.get_subquery(i);
    if (operand.empty() || !is_complete(operand)) return false;
  }
  return true;
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
  Query query = parser_.parse_query(words, 0);
  if (!title_prefix_.empty()) query = Query(Query::OP_OR, parser_.parse_query(words, 0, title_prefix_), query);
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
  const Query unstemmed = parser_.parse_query(words, 0);
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  if (unstemmed.empty()) return query;
  // Times 0 Xapian does not look at anything behind MatchAll, so that the words are there to be read and cost nothing.
  // Query::MatchAll itself is one object, whose references Xapian counts without a lock: each thread makes its own.
  const Query match_all{std::string()};
  const Query carried(Query::OP_SCALE_WEIGHT, Query(Query::OP_AND_MAYBE, match_all, unstemmed), 0.0);
  return Query(Query::OP_AND_MAYBE, query, carried);
}

Query FirstStage::query_of(const QueryRow& row) {
  Query query;
  if (row.serialised_query.empty()) {
    query = parse(row.text);
  } else {
    try {
      query = Query::unserialise(row.serialised_query);
      if (!is_complete(query)) throw Xapian::SerialisationError("an operator lacks an operand");
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
