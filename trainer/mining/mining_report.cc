#include "irgan/mining_report.h"

namespace irgan {

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
      num_outside += negative.is_outside ? 1 : 0;
      ++negatives_by_source[negative.is_padding ? "padding" : to_string(negative.source)];
      negative_scores.add(negative.score);
      relevance.add(negative.relevance);
      for (std::size_t i = 0; i < query.positives.size(); ++i) {
        if (query.negatives.size() > 1 && i != list) continue;
        const double difference = query.positives[i].score - negative.score;
        difference_scores.add(difference);
        num_below += difference < 0.0 ? 1 : 0;
      }
    }
  }
}

bool MiningReport::ranks_positives_below() const { return 2 * num_below > difference_scores.count(); }

Exclusion MiningReport::scarcest() const {
  auto most = static_cast<std::size_t>(Exclusion::none);
  for (std::size_t i = 0; i < kNumExclusions; ++i) {
    const auto exclusion = static_cast<Exclusion>(i);
    if (exclusion == Exclusion::none || exclusion == Exclusion::positive) continue;
    if (excluded_where_short[i] > (most == 0 ? 0 : excluded_where_short[most])) most = i;
  }
  return static_cast<Exclusion>(most);
}

}  // namespace irgan
