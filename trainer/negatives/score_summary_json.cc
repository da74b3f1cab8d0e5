#include "trainer/negatives/score_summary_json.h"

namespace irgan {

using nlohmann::json;

json figures_of(const ScoreSummary& summary) {
  if (summary.count() == 0) return {{"count", 0}};
  return {{"count", summary.count()},
          {"mean", summary.mean()},
          {"median", summary.quantile(0.5)},
          {"deviation", summary.deviation()},
          {"quartile1", summary.quantile(.25)},
          {"quartile3", summary.quantile(.75)},
          {"min", summary.lowest()},
          {"max", summary.highest()}};
}

void ScoreSummaryState::write(const ScoreSummary& summary, json& state) {
  state = {{"buckets", summary.buckets_}, {"count", summary.count_}, {"sum", summary.sum_},
           {"squares", summary.squares_}, {"min", summary.lowest_},  {"max", summary.highest_}};
}

void ScoreSummaryState::read(const json& state, ScoreSummary& summary) {
  state.at("buckets").get_to(summary.buckets_);
  state.at("count").get_to(summary.count_);
  state.at("sum").get_to(summary.sum_);
  state.at("squares").get_to(summary.squares_);
  state.at("min").get_to(summary.lowest_);
  state.at("max").get_to(summary.highest_);
}

void to_json(json& state, const ScoreSummary& summary) { ScoreSummaryState::write(summary, state); }

void from_json(const json& state, ScoreSummary& summary) { ScoreSummaryState::read(state, summary); }

}  // namespace irgan
