#include "irgan/simulated_comparison.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "irgan/interleave.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/simulation/simulated_site.h"
#include "trainer/simulation/simulated_users.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

using Docids = std::vector<Xapian::docid>;

/// One of the two.
struct Contestant {
  std::string name;
  std::unique_ptr<const Reranker> reranker;  // nothing: the first stage
  std::size_t depth = kDefaultDepth;
  double sum_ndcg = 0.0;  // over sessions

  Contestant(const ComparedRanking& ranking, const Xapian::Database& db, std::size_t depth_asked) : name(ranking.name) {
    if (depth_asked > 0) depth = depth_asked;
    if (ranking.model.empty()) return;
    const auto model = Model::from_file(ranking.model);
    if (depth_asked == 0) depth = model->depth();
    RerankOptions options;
    options.depth = depth;
    if (!ranking.vectors.empty()) options.vectors = fixed_vectors(CollectionVectors::from_file(ranking.vectors));
    reranker = strict_reranker(db, model, std::move(options), ranking.model);
  }

  // What the ranking shows, and behind it the rest of `hits` in their old order.
  Docids order_of(const Xapian::Query& query, const SearchContext& context, const Xapian::MSet& hits) const {
    Docids order;
    if (reranker) {
      SearchRequest request;
      request.context = context;
      for (const RankedHit& hit : reranker->rerank(query, hits, request)) order.push_back(hit.docid);
    }
    const std::unordered_set<Xapian::docid> shown(order.begin(), order.end());
    std::copy_if(hits.begin(), hits.end(), std::back_inserter(order),
                 [&](Xapian::docid docid) { return shown.count(docid) == 0; });
    return order;
  }
};

std::string team_name(Team team, const std::array<Contestant, 2>& both) {
  return team == Team::none ? "" : both[team == Team::first ? 0 : 1].name;
}

/// The pages of one query.
class InterleavedPages {
 public:
  InterleavedPages(const SimulatedSite& site, const std::string& query_id, std::array<Contestant, 2>& both,
                   std::array<Docids, 2> orders, std::size_t num_ranks)
      : site_(site), query_id_(query_id), both_(both), orders_(std::move(orders)), num_ranks_(num_ranks) {}

  const ShownPage& page_for(const std::string& session) {
    page_.clear();
    for (const InterleavedHit& hit : interleave(orders_[0], orders_[1], session + '\t' + query_id_)) {
      if (page_.size() == num_ranks_) break;
      page_.push_back(site_.shown(query_id_, hit.docid));
      page_.back().team = team_name(hit.team, both_);
    }
    return page_;
  }

  double ndcg_of(std::size_t contestant) const {
    ShownPage page;
    for (std::size_t i = 0; i < std::min(num_ranks_, orders_[contestant].size()); ++i) {
      page.push_back(site_.shown(query_id_, orders_[contestant][i]));
    }
    return site_.ndcg_at_10(query_id_, page);
  }

 private:
  const SimulatedSite& site_;
  const std::string& query_id_;
  const std::array<Contestant, 2>& both_;
  const std::array<Docids, 2> orders_;
  const std::size_t num_ranks_;
  ShownPage page_;
};

void count(const ShownPage& page, const std::vector<bool>& clicked, const std::string& first_name,
           InterleavingOutcome& outcome) {
  std::array<double, 2> clicks{};
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (clicked[i] && !page[i].team.empty()) clicks[page[i].team == first_name ? 0 : 1] += 1.0;
  }
  outcome.add(clicks[0], clicks[1]);
}

}  // namespace

SimulatedComparison compare_by_users(const Site& site, const std::array<ComparedRanking, 2>& rankings,
                                     const SimulationOptions& options, std::ostream* log) {
  check_date(options.date);
  SimulatedSite simulated(site, options);
  options.on_judgments(simulated.judgments());
  std::array<Contestant, 2> both{Contestant(rankings[0], simulated.database(), options.depth),
                                 Contestant(rankings[1], simulated.database(), options.depth)};
  const std::size_t depth = std::max(both[0].depth, both[1].depth);
  SimulatedUsers users(options.users, options.date, options.seed, SimulatedUsers::Extra::team,
                       simulated.context_names(), log);
  SimulatedComparison result;
  const std::vector<QueryRow>& queries = simulated.queries();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Xapian::Query query = simulated.query_of(queries[i]);
    const Xapian::MSet hits = simulated.search(query, depth);
    options.on_progress(static_cast<double>(i) / static_cast<double>(queries.size()));
    if (hits.empty()) continue;
    const std::string& query_id = queries[i].id;
    const SearchContext& context = queries[i].context;
    InterleavedPages pages(simulated, query_id, both,
                           {both[0].order_of(query, context, hits), both[1].order_of(query, context, hits)},
                           static_cast<std::size_t>(options.users.num_ranks));
    const std::size_t before = users.num_sessions();
    users.ask(
        queries[i], simulated.highest_label(),
        [&](const std::string& session) -> const ShownPage& { return pages.page_for(session); },
        [&](const ShownPage& page, const std::vector<bool>& clicked) {
          count(page, clicked, both[0].name, result.outcome);
        });
    const auto num_sessions = static_cast<double>(users.num_sessions() - before);
    for (std::size_t c = 0; c < both.size(); ++c) both[c].sum_ndcg += num_sessions * pages.ndcg_of(c);
  }
  if (result.outcome.num_shown == 0) throw Error(options.queries + ": none of the queries finds a document");
  result.num_sessions = users.num_sessions();
  result.num_clicks = users.num_clicks();
  for (std::size_t c = 0; c < both.size(); ++c)
    result.mean_ndcg[c] = both[c].sum_ndcg / static_cast<double>(result.num_sessions);
  return result;
}

}  // namespace irgan
