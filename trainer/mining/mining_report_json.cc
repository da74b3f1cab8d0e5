#include "trainer/mining/mining_report_json.h"

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
               {"negatives_outside_candidates", report.num_outside},
               {"queries_with_textless_positives", report.num_textless},
               {"excluded_candidates", by_name<Exclusion>(report.excluded)},
               {"missing_negatives", report.num_missing},
               {"short_queries", report.num_short},
               {"pairs_with_positive_below", report.num_below},
               {"positive_scores", figures_of(report.positive_scores)},
               {"negative_scores", figures_of(report.negative_scores)},
               {"difference_scores", figures_of(report.difference_scores)}};
  figures["expected_false_negatives"] = report.relevance.count() > 0 ? json(report.relevance.mean()) : json();
  return figures;
}

}  // namespace irgan
