#include "trainer/reporting/report_log.h"

#include <memory>
#include <vector>

#include "trainer/ranking/query_ranking.h"
#include "trainer/reporting/html.h"
#include "trainer/reporting/report_charts.h"

namespace irgan {
namespace {

constexpr double kSureBelow = 0.05;
constexpr const char* kThisModel = "this model";

std::string with_interval(const Estimate& estimate) {
  return shown_number(estimate.value) + " (" + shown_number(estimate.low) + " to " + shown_number(estimate.high) + ")";
}

std::string shown_p(double p) {
  constexpr double kSmallest = 0.0001;
  return p < kSmallest ? "below 0.0001" : shown_number(p, 4);
}

JudgedRanking ranking_of(const Site& site, const std::string& name, const std::shared_ptr<const Model>& model,
                         const RerankOptions& reranking) {
  return {name, order_of_model(site, model, reranking, name)};
}

const LaterVerdict* verdict_on_model(const LaterLogReport& log) {
  for (const LaterVerdict& verdict : log.verdicts) {
    if (verdict.name == kThisModel) return &verdict;
  }
  return nullptr;
}

}  // namespace

void judge_by_log(const Site& site, const ReportOptions& options, Report& report) {
  report.served = serving_history(site.open());
  if (options.later_clicks.empty()) return;
  std::vector<JudgedRanking> rankings;
  LaterLogOptions judging;
  const auto add_contexts = [&](const Model& model) {
    const std::vector<std::string>& features = model.schema().features;
    judging.contexts.insert(judging.contexts.end(), features.begin(), features.end());
  };
  for (const RivalModel& rival : options.rivals) {
    RerankOptions alone = options.reranking;
    if (rival.model->collection() == nullptr) alone.vectors = nullptr;
    rankings.push_back(ranking_of(site, rival.name, rival.model, alone));
    add_contexts(*rival.model);
  }
  rankings.push_back(ranking_of(site, kThisModel, options.model, options.reranking));
  add_contexts(*options.model);
  judging.seed = options.seed;
  report.later = judge_by_later_log(options.later_clicks, options.log_options, options.queries, rankings, judging);
}

std::string later_verdict(const Report& report) {
  if (!report.later || !report.later->why_nothing.empty() || report.later->verdicts.size() < 2) return {};
  const LaterLogReport& log = *report.later;
  const LaterVerdict* const model = verdict_on_model(log);
  if (model == nullptr || model == &log.verdicts.front()) return {};
  const bool is_sure = model->p < kSureBelow;
  const bool is_better = model->against_first.value > 0.0;
  const std::string first = !is_sure    ? "By the later log the two orders are level: the difference may be chance."
                            : is_better ? "By the later log the new order is better."
                                        : "By the later log the new order is worse: it should not go live.";
  return first + (log.has_impressions ? " Clicks a search" : " The mean reciprocal rank of clicks") + ": " +
         shown_number(model->value.value) + " against " + shown_number(log.verdicts.front().value.value) + " (" +
         log.verdicts.front().name + "), p " + shown_p(model->p) + ".";
}

std::string later_log_table(const Report& report) {
  if (!report.later) return {};
  const LaterLogReport& log = *report.later;
  if (!log.why_nothing.empty())
    return "<p>" + escaped("The later log says nothing of other orders: " + log.why_nothing + ".") + "</p>\n";
  std::vector<std::vector<std::string>> rows;
  for (const LaterVerdict& verdict : log.verdicts) {
    const bool is_first = &verdict == &log.verdicts.front();
    std::vector<std::string> row{verdict.name, with_interval(verdict.value),
                                 is_first ? "" : with_interval(verdict.against_first),
                                 is_first ? "" : shown_p(verdict.p)};
    if (log.has_impressions) row.push_back(shown_percent(verdict.uncovered));
    rows.push_back(row);
  }
  std::vector<std::string> headings{"order", log.has_impressions ? "clicks a search" : "MRR of clicks",
                                    "against the first", "p"};
  if (log.has_impressions) headings.emplace_back("of its looks on documents that the log never showed");
  return table("By " + std::to_string(log.num_searches) + " later searches of " + std::to_string(log.num_sessions) +
                   " sessions, with 95 % intervals",
               headings, rows);
}

std::string served_when(const Report& report) {
  if (report.served.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const ServingChange& change : report.served)
    rows.push_back({change.when, change.version.empty() ? "none" : change.version, change.how, change.figures});
  return table("Which model the index served since when", {"since", "model", "how", "figures of its training"}, rows);
}

}  // namespace irgan
