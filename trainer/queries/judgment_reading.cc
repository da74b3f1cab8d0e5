#include "irgan/judgment_reading.h"

#include "trainer/queries/query_resolver.h"

namespace irgan {

std::map<std::string, double> differences_of(const std::vector<std::string>& ids,
                                             const std::vector<std::string>& known) {
  std::vector<QueryRow> queries(known.size());
  for (std::size_t i = 0; i < known.size(); ++i) queries[i].id = known[i];
  const QueryResolver resolver(queries);
  UnknownQueries unknown(&resolver);
  for (const std::string& id : ids) {
    ClickRow row;
    row.query_id = id;
    unknown.add(row);
  }
  return unknown.by_difference();
}

JudgmentReading judgment_reading(const Qrels& qrels, const std::vector<QueryRow>& queries) {
  JudgmentReading reading;
  reading.num_lines = qrels.num_lines;
  reading.num_queries = qrels.by_query.size();
  const QueryResolver resolver(queries);
  UnknownQueries unknown(&resolver);
  for (const auto& [query_id, judgments] : qrels.by_query) {
    reading.num_judgments += judgments.size();
    ClickRow row;
    row.query_id = query_id;
    row.count = static_cast<double>(judgments.size());
    if (resolver.find(row).is_known) continue;
    unknown.add(row);
    ++reading.num_unknown_queries;
    reading.num_unknown_judgments += judgments.size();
  }
  reading.num_repeated = reading.num_lines - reading.num_judgments;
  reading.unknown_by_difference = unknown.by_difference();
  return reading;
}

}  // namespace irgan
