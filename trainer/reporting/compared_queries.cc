#include "trainer/reporting/compared_queries.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "irgan/measures.h"
#include "irgan/significance.h"
#include "trainer/ranking/query_ranking.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/reporting/shown_hits.h"

namespace irgan {
namespace {

constexpr int kCutoff = 10;
constexpr std::size_t kFewHits = 3;

using Ids = std::vector<std::string>;

/// What one order makes of each query.
struct Order {
  std::string name;
  std::vector<Ids> hits;  // by query
};

Ids ids_of(const std::vector<RankedDocument>& documents) {
  Ids ids;
  for (const RankedDocument& document : documents) ids.push_back(document.document_id);
  return ids;
}

// The site's own order if `model` is null.
Order ranked(const Site& site, const ReportOptions& options, const RivalModel& rival, bool is_reported,
             const std::function<void()>& on_query) {
  QueryRankingOptions ranking;
  ranking.depth = options.model->depth();
  ranking.keeps_first_stage = !rival.model;
  ranking.model = rival.model;
  ranking.model_name = is_reported ? options.model_name : rival.name;
  if (is_reported) {
    ranking.reranking = options.reranking;
  } else {
    ranking.reranking.vectors = options.reranking.vectors;  // rivals may pick from the collection, too
  }
  ranking.num_threads = options.num_threads;
  Order order{rival.name, {}};
  rank_queries(site, options.queries, ranking, [&](const QueryRow&, RankedQuery&& found) {
    order.hits.push_back(ids_of(rival.model ? found.of_the_model : found.first_stage));
    on_query();
  });
  return order;
}

const Judgments* judgments_of(const ReportOptions& options, std::size_t query) {
  if (!options.judgments) return nullptr;
  const auto found = options.judgments->by_query.find(options.queries[query].id);
  return found == options.judgments->by_query.end() ? nullptr : &found->second;
}

std::vector<int> labels_of(const Ids& hits, const Judgments& judgments) {
  std::vector<int> labels;
  for (const std::string& id : hits) {
    const auto found = judgments.find(id);
    labels.push_back(found == judgments.end() ? 0 : found->second);
  }
  return labels;
}

/// The measures of one order, a value a judged query.
struct Measured {
  std::vector<double> ndcg;
  std::vector<double> reciprocal_rank;
  std::vector<double> good_in_three;
};

Measured measured(const Order& order, const ReportOptions& options) {
  Measured values;
  for (std::size_t q = 0; q < options.queries.size(); ++q) {
    const Judgments* const judgments = judgments_of(options, q);
    if (judgments == nullptr) continue;
    std::vector<int> all;
    for (const auto& [id, label] : *judgments) all.push_back(label);
    std::sort(all.begin(), all.end());
    const std::vector<int> labels = labels_of(order.hits[q], *judgments);
    values.ndcg.push_back(ndcg(labels, all, kCutoff));
    values.reciprocal_rank.push_back(reciprocal_rank(labels, options.relevance_level));
    const auto few = labels.begin() + static_cast<std::ptrdiff_t>(std::min(kFewHits, labels.size()));
    values.good_in_three.push_back(
        std::any_of(labels.begin(), few, [&](int l) { return l >= options.relevance_level; }));
  }
  return values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
  return result;
}

// How far two orders of a query are apart where nothing is judged: the share of the first ten that are new.
double change_of(const Ids& before, const Ids& after) {
  const auto end = [](const Ids& ids) {
    return ids.begin() + std::min<std::ptrdiff_t>(kCutoff, ids.end() - ids.begin());
  };
  double num_new = 0;
  for (auto id = after.begin(); id != end(after); ++id)
    num_new += std::find(before.begin(), end(before), *id) == end(before);
  return num_new / kCutoff;
}

/// A query by its number, and how much it gained.
struct Gain {
  std::size_t query = 0;
  double before = 0.0;
  double after = 0.0;
  double gain = 0.0;
};

std::vector<Gain> gains_of(const Order& first, const Order& last, const ReportOptions& options) {
  std::vector<Gain> gains;
  const Measured before = measured(first, options);
  const Measured after = measured(last, options);
  std::size_t judged = 0;
  for (std::size_t q = 0; q < options.queries.size(); ++q) {
    if (!options.judgments) {
      gains.push_back({q, 0.0, 0.0, change_of(first.hits[q], last.hits[q])});
    } else if (judgments_of(options, q) != nullptr) {
      gains.push_back({q, before.ndcg[judged], after.ndcg[judged], after.ndcg[judged] - before.ndcg[judged]});
      ++judged;
    }
  }
  std::stable_sort(gains.begin(), gains.end(), [](const Gain& a, const Gain& b) { return a.gain > b.gain; });
  return gains;
}

void measure_all(const std::vector<Order>& orders, const ReportOptions& options, Report& report) {
  if (!options.judgments) return;
  std::vector<Measured> all;
  all.reserve(orders.size());
  for (const Order& order : orders) all.push_back(measured(order, options));
  report.num_judged = all.back().ndcg.size();
  if (report.num_judged == 0) throw Error("none of the queries has a judgment");
  for (std::size_t i = 0; i < orders.size(); ++i) {
    ReportedRanking ranking{orders[i].name,
                            bootstrapped_mean(all[i].ndcg, options.seed),
                            mean(all[i].reciprocal_rank),
                            mean(all[i].good_in_three),
                            {},
                            1.0};
    if (i + 1 < orders.size()) {
      ranking.gain = bootstrapped_mean(differences(all.back().ndcg, all[i].ndcg), options.seed);
      ranking.p = paired_randomisation_p(all.back().ndcg, all[i].ndcg, options.seed);
    }
    report.rankings.push_back(std::move(ranking));
  }
}

// Hits among the first ten that the first stage's candidates do not have.
void look_for_findings(const Order& first, const Order& last, const ReportOptions& options, HitShower& shower,
                       Report& report) {
  constexpr std::size_t kShown = 5;
  for (std::size_t q = 0; q < options.queries.size(); ++q) {
    const Ids& known = first.hits[q];
    const Ids& hits = last.hits[q];
    bool has_any = false;
    for (std::size_t i = 0; i < std::min<std::size_t>(kCutoff, hits.size()); ++i) {
      if (std::find(known.begin(), known.end(), hits[i]) != known.end()) continue;
      has_any = true;
      ++report.num_found;
      const Judgments* const judgments = judgments_of(options, q);
      const auto label = judgments == nullptr ? Judgments::const_iterator() : judgments->find(hits[i]);
      if (judgments != nullptr && label != judgments->end() && label->second >= options.relevance_level)
        ++report.num_found_good;
    }
    if (!has_any || report.found.size() >= kShown) continue;
    ReportedQuery shown = shower.show(options.queries[q], judgments_of(options, q));
    auto& list = shown.of_the_model;
    list.erase(std::remove_if(list.begin(), list.end(), [](const ReportedHit& hit) { return hit.rank_before > 0; }),
               list.end());
    if (!list.empty()) report.found.push_back(std::move(shown));
  }
}

}  // namespace

void compare_queries(const Site& site, const ReportOptions& options, const std::function<void(double)>& on_progress,
                     Report& report) {
  std::vector<RivalModel> rivals{{"Xapian's order", nullptr}};
  rivals.insert(rivals.end(), options.rivals.begin(), options.rivals.end());
  rivals.push_back({"this model", options.model});
  std::size_t num_done = 0;
  const std::size_t num_all = rivals.size() * options.queries.size();
  const auto on_query = [&] { on_progress(static_cast<double>(++num_done) / static_cast<double>(num_all)); };
  std::vector<Order> orders;
  for (std::size_t i = 0; i < rivals.size(); ++i)
    orders.push_back(ranked(site, options, rivals[i], i + 1 == rivals.size(), on_query));
  measure_all(orders, options, report);

  HitShower shower(site, options);
  const std::vector<Gain> gains = gains_of(orders.front(), orders.back(), options);
  const auto show = [&](const Gain& gain) {
    ReportedQuery query = shower.show(options.queries[gain.query], judgments_of(options, gain.query));
    query.before = gain.before;
    query.after = gain.after;
    return query;
  };
  for (std::size_t i = 0; i < std::min(options.num_shown_queries, gains.size()); ++i) {
    if (gains[i].gain > 0.0) report.winners.push_back(show(gains[i]));
    const Gain& worst = gains[gains.size() - 1 - i];
    if (worst.gain < 0.0) report.losers.push_back(show(worst));
  }
  if (options.judgments) {
    for (auto gain = gains.rbegin(); gain != gains.rend(); ++gain) report.gains.push_back(gain->gain);
  }
  look_for_findings(orders.front(), orders.back(), options, shower, report);
}

}  // namespace irgan
