#include "trainer/rows/evidence_reader.h"

#include <unordered_set>

#include "irgan/click_log.h"
#include "trainer/evidence/context_census.h"

namespace irgan {

LogReading read_rows(const std::vector<std::string>& clicks, const ClickLogOptions& log_options, const EachRow& each) {
  ClickLogReader log(clicks, log_options);
  LogReading result;
  log.read([&](const ClickRow& row) {
    if (row.clicked) result.num_clicks += row.count;
    each(row);
  });
  for (std::size_t i = 0; i < clicks.size(); ++i) result.files.push_back(log.summary(i));
  return result;
}

void read_ahead(const std::vector<std::string>& clicks, const ClickLogOptions& log_options, const EachRow& each) {
  ClickLogOptions lenient = log_options;
  lenient.max_bad = 1.0;
  lenient.rejects_path.clear();
  ClickLogReader(clicks, lenient).read(each);
}

LogReading for_each_click(const Evidence& evidence, const QueryResolver& queries, const EachClick& each) {
  return for_each_click(evidence.clicks, evidence.log_options, queries, each);
}

LogReading for_each_click(const std::vector<std::string>& clicks, const ClickLogOptions& log_options,
                          const QueryResolver& queries, const EachClick& each) {
  std::uint64_t num_in_place = 0;
  std::uint64_t num_unknown_rows = 0;
  UnknownQueries unknown(&queries);
  LogReading result = read_rows(clicks, log_options, [&](const ClickRow& row) {
    const QueryResolver::Found query = queries.find(row);
    if (query.in_place) ++num_in_place;
    if (!query.is_known && queries.has_queries()) {
      ++num_unknown_rows;
      unknown.add(row);
    }
    each(row, query.id);
  });
  result.num_in_place = num_in_place;
  result.num_unknown_rows = num_unknown_rows;
  result.num_unknown_clicks = unknown.num_clicks();
  result.unknown_by_difference = unknown.by_difference();
  return result;
}

LogReading for_each_click(const Evidence& evidence, const EachClick& each) {
  return for_each_click(evidence, QueryResolver(evidence.queries), each);
}

std::vector<ContextCount> count_contexts(const std::vector<std::string>& clicks, const ClickLogOptions& log_options) {
  ContextCensus census(log_options.contexts);
  read_ahead(clicks, log_options, [&](const ClickRow& row) { census.add(row); });
  return census.counts();
}

ClickTotals read_clicks(const Evidence& evidence, std::optional<double> half_life_days,
                        const std::function<void(QueryEvidence&&)>& each, LogReading& reading) {
  std::unordered_set<std::string> known;
  for (const QueryRow& query : evidence.queries) known.insert(query.id);
  ClickAggregator aggregator({half_life_days});
  reading = for_each_click(evidence, [&](const ClickRow& row, const std::string& query_id) {
    known.count(query_id) > 0 ? aggregator.add(row, query_id) : aggregator.add_unknown(row, query_id);
  });
  return aggregator.finish(each);
}

}  // namespace irgan
