#include "trainer/mining/mining_report.h"

namespace irgan {
namespace {

using nlohmann::json;

template <class Reason, std::size_t kSize>
json by_name(const std::array<std::uint64_t, kSize>& counts) {
  json result = json::object();
  for (std::size_t i = 1; i < kSize; ++i) {  // 0 is none
    if (counts[i] > 0) result[to_string(static_cast<Reason>(i))] = counts[i];
  }
  return result;
}

}  // namespace

MiningReport::MiningReport(const std::vector<SourceShare>& sources) {
  for (const SourceShare& one : sources) negatives_by_source[to_string(one.source)] = 0;
}

void MiningReport::add(const MinedQuery& query, std::size_t rows_of_query) {
  ++num_queries;
  num_unknown_positives += query.num_unknown_positives;
  ++skipped[static_cast<std::size_t>(query.skip)];
  if (query.skip != Skip::none) return;
  ++num_mined;
  num_rows += rows_of_query;
  num_positives += query.positives.size();
  num_missing += query.num_missing;
  num_textless += query.has_textless_positive ? 1 : 0;
  num_short += query.num_missing > 0 ? 1 : 0;
  for (std::size_t i = 0; i < kNumExclusions; ++i) {
    excluded[i] += query.num_excluded[i];
    if (query.num_missing > 0) excluded_where_short[i] += query.num_excluded[i];
  }
  for (const MinedDocument& positive : query.positives) positive_scores.add(positive.score);
  for (std::size_t list = 0; list < query.negatives.size(); ++list) {
    for (const MinedDocument& negative : query.negatives[list]) {
      ++num_negatives;
      num_padded += negative.is_padding ? 1 : 0;
      ++negatives_by_source[negative.is_padding ? "padding" : to_string(negative.source)];
      negative_scores.add(negative.score);
      relevance.add(negative.relevance);
      for (std::size_t i = 0; i < query.positives.size(); ++i) {
        if (query.negatives.size() == 1 || i == list) difference_scores.add(query.positives[i].score - negative.score);
      }
    }
  }
}

Exclusion MiningReport::scarcest() const {
  auto most = static_cast<std::size_t>(Exclusion::none);
  for (std::size_t i = 0; i < kNumExclusions; ++i) {
    const auto exclusion = static_cast<Exclusion>(i);
    if (exclusion == Exclusion::none || exclusion == Exclusion::positive) continue;
    if (excluded_where_short[i] > (most == 0 ? 0 : excluded_where_short[most])) most = i;
  }
  return static_cast<Exclusion>(most);
}

json figures_of(const MiningReport& report) {
  json figures{{"queries", report.num_queries},
               {"mined_queries", report.num_mined},
               {"skipped_queries", by_name<Skip>(report.skipped)},
               {"rows", report.num_rows},
               {"positives", report.num_positives},
               {"positives_not_in_index", report.num_unknown_positives},
               {"negatives", report.num_negatives},
               {"negatives_by_source", report.negatives_by_source},
               {"padded", report.num_padded},
               {"queries_with_textless_positives", report.num_textless},
               {"excluded_candidates", by_name<Exclusion>(report.excluded)},
               {"missing_negatives", report.num_missing},
               {"short_queries", report.num_short},
               {"positive_scores", report.positive_scores.figures()},
               {"negative_scores", report.negative_scores.figures()},
               {"difference_scores", report.difference_scores.figures()}};
  if (report.relevance.count() > 0) figures["expected_false_negatives"] = report.relevance.mean();
  return figures;
}

}  // namespace irgan
