#include "plugin/src/search/rescored_page.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include "plugin/src/order/silent_query.h"

namespace irgan {

std::shared_ptr<const RescoringPlan> plan_of(const Ranking& ranking, const Xapian::MSet& mset,
                                             const Xapian::Database& db) {
  auto plan = std::make_shared<RescoringPlan>(db);
  const auto [least_new, most_new] = ranking.num_new;
  plan->matches_lower_bound = mset.get_matches_lower_bound() + least_new;
  plan->matches_upper_bound = mset.get_matches_upper_bound() + most_new;
  if (most_new > 0) plan->matches_upper_bound = std::min(plan->matches_upper_bound, db.get_doccount());
  plan->matches_estimated =
      std::min(mset.get_matches_estimated() + (least_new + most_new) / 2, plan->matches_upper_bound);
  const std::vector<RankedHit>& head = ranking.hits;
  std::unordered_set<Xapian::docid> added;  // which the tail may hold, too
  for (const RankedHit& hit : head) {
    if (hit.first_stage_rank == 0) added.insert(hit.docid);
  }
  const double tail_size = static_cast<double>(mset.size() - ranking.pool_size);
  const auto is_better = [](const RankedHit& a, const RankedHit& b) { return a.score > b.score; };
  const bool is_by_score =
      std::is_sorted(head.begin(), head.end(), is_better);  // else drawn or interleaved: ranks weigh
  double last = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < head.size(); ++i) {
    const double above_tail =
        is_by_score ? head[i].score - head.back().score + 1.0 : static_cast<double>(head.size() - i);
    // Xapian breaks ties by docid, we by the first stage: no two weights are equal.
    last = std::min(above_tail + tail_size, std::nextafter(last, 0.0));
    plan->entries.push_back({head[i].docid, last});
  }
  plan->max_weight = head.empty() ? tail_size : plan->entries.front().weight;
  double tail_weight = tail_size;
  for (auto hit = mset[static_cast<Xapian::doccount>(ranking.pool_size)]; hit != mset.end(); ++hit) {
    if (added.count(*hit) == 0) plan->entries.push_back({*hit, tail_weight});
    tail_weight -= 1.0;
  }
  std::sort(plan->entries.begin(), plan->entries.end(),
            [](const RescoringPlan::Entry& a, const RescoringPlan::Entry& b) { return a.docid < b.docid; });
  return plan;
}

Xapian::MSet rescored_page(const Xapian::Database& db, const Xapian::Query& original,
                           std::shared_ptr<const RescoringPlan> plan, Xapian::doccount first,
                           Xapian::doccount maxitems) {
  using Xapian::Query;
  const Query rescored((new RescoringSource(std::move(plan)))->release());
  Xapian::Enquire enquire(db);
  enquire.set_query(Query(Query::OP_AND_MAYBE, rescored, silent_query(original)));
  return enquire.get_mset(first, maxitems);
}

}  // namespace irgan
