#include "index_tools/reports/check_json.h"

#include <optional>

#include "trainer/machine/timestamps.h"

namespace irgan {
namespace {

using nlohmann::json;

json time_or_null(const std::optional<double>& time) { return time ? json(utc_text(*time)) : json(); }

json ranks_of(const LogCensusResult& census) {
  json ranks = json::array();
  for (std::size_t i = 0; i < census.ranks.size(); ++i) {
    const LogCensusResult::Rank& rank = census.ranks[i];  // NaN is null in JSON
    ranks.push_back(
        {{"rank", i + 1}, {"shown", rank.shown}, {"clicks", rank.clicks}, {"examination", rank.examination}});
  }
  return ranks;
}

json contexts_of(const CheckFindings& findings) {
  json contexts = json::array();
  for (const ContextCount& count : findings.contexts) {
    json values = json::array();
    for (const ContextCount::Value& value : count.values)
      values.push_back({{"value", value.value}, {"clicks", value.clicks}});
    contexts.push_back({{"name", count.name},
                        {"values", values},
                        {"rare_values", count.num_rare},
                        {"rare_clicks", count.rare_clicks},
                        {"missing_clicks", count.missing_clicks}});
  }
  return contexts;
}

}  // namespace

json json_of(const CheckFindings& findings) {
  const LogCensusResult& census = findings.census;
  json report{{"lines", findings.num_lines},
              {"unusable_lines", findings.num_rejected},
              {"rows", census.num_rows},
              {"clicks", census.num_clicks},
              {"showings", census.num_impressions},
              {"first_time", time_or_null(census.first_time)},
              {"last_time", time_or_null(census.last_time)},
              {"sessions", census.num_sessions},
              {"queries", census.num_queries},
              {"clicked_queries", census.num_clicked_queries},
              {"duplicates", census.num_duplicates},
              {"ranks", ranks_of(census)},
              {"telling_pairs", census.num_telling_pairs},
              {"contexts", contexts_of(findings)},
              {"clicks_on_known_documents", nullptr},
              {"clicks_among_candidates", nullptr},
              {"limits", limits_of(findings)}};
  if (findings.documents && findings.documents->num_clicks > 0.0)
    report["clicks_on_known_documents"] = findings.documents->num_known / findings.documents->num_clicks;
  if (findings.documents && findings.documents->num_searched_clicks > 0.0)
    report["clicks_among_candidates"] = findings.documents->num_found / findings.documents->num_searched_clicks;
  return report;
}

}  // namespace irgan
