#include "irgan/served_order.h"

#include <memory>
#include <utility>
#include <vector>

#include "plugin/src/order/keyed_draws.h"
#include "plugin/src/order/policy_page.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/simulation/simulated_site.h"
#include "trainer/simulation/simulated_users.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

/// The order that users get, and those of it that are drawn.
class ServedPages {
 public:
  ServedPages(SimulatedSite& site, const ServedOrder& order, const SimulationOptions& options)
      : site_(site),
        users_(options.users),
        explore_(order.explore),
        depth_(options.depth > 0 ? options.depth : kDefaultDepth) {
    if (order.model.empty()) return;
    const auto model = Model::from_file(order.model);
    if (options.depth == 0) depth_ = model->depth();
    RerankOptions best, drawn;
    best.values = drawn.values = std::make_shared<ValueCache>();
    drawn.explore = 1.0;  // of those that explore, all: which ones do is decided here
    drawn.explore_temperature = order.temperature;
    best.depth = drawn.depth = depth_;
    if (!order.vectors.empty())
      best.vectors = drawn.vectors = fixed_vectors(CollectionVectors::from_file(order.vectors));
    best_ = strict_reranker(site.database(), model, std::move(best), order.model);
    if (order.explore > 0.0) drawn_ = strict_reranker(site.database(), model, std::move(drawn), order.model);
  }

  /// Moves to a query; false if it finds nothing.
  bool search(const QueryRow& row) {
    query_id_ = row.id;
    query_ = site_.query_of(row);
    hits_ = site_.search(query_, depth_);
    std::vector<RankedHit> ranked;
    request_.context = row.context;
    if (best_) {
      ranked = best_->rerank(query_, hits_, request_);
    } else {
      for (auto hit = hits_.begin(); hit != hits_.end(); ++hit) ranked.emplace_back().docid = *hit;
    }
    page_ = page_of(ranked);
    ndcg_ = site_.ndcg_at_10(query_id_, page_);
    clicks_ = expected_clicks(users_, page_, site_.highest_label());
    return !page_.empty();
  }

  const ShownPage& page_for(const std::string& session) {
    cost_.clicks_best_of_all += clicks_;
    if (!drawn_ || !explores(search_key(session, query_), explore_)) return page_;
    request_.key = session;
    drawn_page_ = page_of(drawn_->rerank(query_, hits_, request_));
    ++cost_.num_explored;
    cost_.clicks_best += clicks_;
    cost_.ndcg_best += ndcg_;
    cost_.clicks_drawn += expected_clicks(users_, drawn_page_, site_.highest_label());
    cost_.ndcg_drawn += site_.ndcg_at_10(query_id_, drawn_page_);
    return drawn_page_;
  }

  const ExploreCost& cost() const { return cost_; }

 private:
  ShownPage page_of(const std::vector<RankedHit>& ranked) const {
    ShownPage page;
    for (const RankedHit& hit : ranked) {
      if (page.size() == static_cast<std::size_t>(users_.num_ranks)) break;
      page.push_back(site_.shown(query_id_, hit.docid));
      page.back().log_probability = hit.log_probability;
    }
    return page;
  }

  SimulatedSite& site_;
  const UserModel& users_;
  const double explore_;
  std::size_t depth_;
  std::unique_ptr<Reranker> best_, drawn_;
  std::string query_id_;
  SearchRequest request_;  // with the query's context
  Xapian::Query query_;
  Xapian::MSet hits_;
  ShownPage page_, drawn_page_;
  double ndcg_ = 0.0, clicks_ = 0.0;  // of page_
  ExploreCost cost_;
};

}  // namespace

SimulatedLog simulate(const Site& site, const ServedOrder& order, const SimulationOptions& options, std::ostream& log) {
  check_date(options.date);
  const bool may_explore = order.explore > 0.0;
  if (may_explore && order.model.empty()) throw ConfigError("explore", "needs model, whose policy it draws from");
  SimulatedSite simulated(site, options);
  options.on_judgments(simulated.judgments());
  ServedPages pages(simulated, order, options);
  SimulatedUsers users(options.users, options.date, options.seed,
                       may_explore ? SimulatedUsers::Extra::log_probability : SimulatedUsers::Extra::none,
                       simulated.context_names(), &log);
  const std::vector<QueryRow>& queries = simulated.queries();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (pages.search(queries[i])) {
      users.ask(queries[i], simulated.highest_label(),
                [&](const std::string& session) -> const ShownPage& { return pages.page_for(session); });
    }
    options.on_progress(static_cast<double>(i) / static_cast<double>(queries.size()));
  }
  return {users.num_sessions(), users.num_clicks(), pages.cost()};
}

}  // namespace irgan
