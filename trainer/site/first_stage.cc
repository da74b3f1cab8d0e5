#include "trainer/site/first_stage.h"

#include <sstream>
#include <utility>

#include "irgan/query_words.h"
#include "plugin/src/features/serialised_query.h"
#include "plugin/src/order/silent_query.h"
#include "plugin/src/process/own_search.h"

namespace irgan {
using Xapian::Query;

FirstStage::FirstStage(Xapian::Database db, const IndexLayout& layout, Query::op default_op)
    : db_(std::move(db)), flags_(layout.has_ngrams ? unsigned{Xapian::QueryParser::FLAG_CJK_NGRAM} : 0U) {
  parser_.set_database(db_);
  parser_.set_stemmer(Xapian::Stem(layout.stemmer));
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  parser_.set_default_op(default_op);
  if (!layout.fields.empty()) title_prefix_ = layout.fields.front().prefix;
}

Query FirstStage::parse(const std::string& text) {
  const std::string words = without_phrases(text);
  Query query = parser_.parse_query(words, flags_);
  if (!title_prefix_.empty()) query = Query(Query::OP_OR, parser_.parse_query(words, flags_, title_prefix_), query);
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_NONE);
  const Query unstemmed = parser_.parse_query(words, flags_);
  parser_.set_stemming_strategy(Xapian::QueryParser::STEM_SOME);
  if (unstemmed.empty()) return query;
  return Query(Query::OP_AND_MAYBE, query, silent_query(unstemmed));
}

Query FirstStage::parse_scaled(const std::string& text, const std::vector<ScaledField>& fields) {
  const std::string words = without_phrases(text);
  Query query;
  for (const ScaledField& field : fields) {
    const Query scaled(Query::OP_SCALE_WEIGHT, parser_.parse_query(words, flags_, field.prefix), field.scale);
    query = &field == fields.data() ? scaled : Query(field.finds ? Query::OP_OR : Query::OP_AND_MAYBE, query, scaled);
  }
  return query;
}

Query FirstStage::query_of(const QueryRow& row) {
  Query query;
  if (row.serialised_query.empty()) {
    query = parse(row.text);
  } else {
    query = query_of_bytes(row.serialised_query, "query '" + row.id + "'");
  }
  return filtered(std::move(query), row);
}

Query FirstStage::filtered(Query query, const QueryRow& row) {
  std::istringstream terms(row.filter);
  for (std::string term; terms >> term;) query = Query(Query::OP_FILTER, query, Query(term));
  return query;
}

Xapian::MSet FirstStage::search(const Query& query, Xapian::doccount depth) const {
  Xapian::Enquire enquire(db_);
  enquire.set_query(query);
  const OwnSearch own;
  return enquire.get_mset(0, depth);
}

}  // namespace irgan
