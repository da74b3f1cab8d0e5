#include "trainer/simulation/simulated_comparison.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "index_tools/showing/interleaving_verdict.h"
#include "index_tools/showing/progress_bar.h"
#include "irgan/interleave.h"
#include "trainer/machine/output_file.h"
#include "trainer/simulation/simulated_site.h"
#include "trainer/site/strict_rerank.h"

namespace irgan {
namespace {

using Docids = std::vector<Xapian::docid>;

/// One of the two.
struct Contestant {
  std::string name;
  std::unique_ptr<const Reranker> reranker;  // nothing: the first stage
  std::size_t depth = kDefaultDepth;
  double sum_ndcg = 0.0;  // over sessions

  Contestant(std::string name_given, const std::string& order, const Xapian::Database& db, std::size_t depth_asked)
      : name(std::move(name_given)) {
    if (depth_asked > 0) depth = depth_asked;
    if (order == kFirstStageName) return;
    const auto model = Model::from_file(order);
    if (depth_asked == 0) depth = model->depth();
    reranker = strict_reranker(db, model, depth, order);
  }

  // All of `hits`, those below the depth in their old order.
  Docids order_of(const Xapian::Query& query, const Xapian::MSet& hits) const {
    Docids order;
    if (reranker) {
      for (const RankedHit& hit : reranker->rerank(query, hits)) order.push_back(hit.docid);
    }
    for (auto hit = hits[static_cast<Xapian::doccount>(order.size())]; hit != hits.end(); ++hit) order.push_back(*hit);
    return order;
  }
};

// The last parts of two paths, or both in full where those are the same.
std::array<std::string, 2> names_of(const std::vector<std::string>& orders) {
  const std::array<std::string, 2> names{std::filesystem::path(orders[0]).filename().string(),
                                         std::filesystem::path(orders[1]).filename().string()};
  return names[0] != names[1] ? names : std::array<std::string, 2>{orders[0], orders[1]};
}

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

void write_truth(const std::array<Contestant, 2>& both, std::size_t num_sessions, std::ostream& out) {
  char text[64];
  std::snprintf(text, sizeof text, "%.4f and %.4f", both[0].sum_ndcg / static_cast<double>(num_sessions),
                both[1].sum_ndcg / static_cast<double>(num_sessions));
  out << "the judgments, which no site has: nDCG@10 of " << both[0].name << " and " << both[1].name
      << ", mean over sessions, " << text << '\n';
}

}  // namespace

void run_comparison(const SimulateOptions& options, std::ostream& out) {
  SimulatedSite site(options.database.site(), options.queries, options.qrels);
  const std::array<std::string, 2> names = names_of(options.compare);
  std::array<Contestant, 2> both{Contestant(names[0], options.compare[0], site.database(), options.depth),
                                 Contestant(names[1], options.compare[1], site.database(), options.depth)};
  const std::size_t depth = std::max(both[0].depth, both[1].depth);
  std::optional<OutputFile> file;
  if (!options.out.empty()) file.emplace(options.out);
  SimulatedUsers users(options.users, options.date, options.seed, SimulatedUsers::Extra::team,
                       file ? &file->stream() : nullptr);
  InterleavingOutcome outcome;
  auto bar = std::make_unique<ProgressBar>("simulating");
  for (std::size_t i = 0; i < site.queries().size(); ++i) {
    const QueryRow& row = site.queries()[i];
    const Xapian::Query query = site.query_of(row);
    const Xapian::MSet hits = site.search(query, depth);
    bar->update(static_cast<double>(i) / static_cast<double>(site.queries().size()));
    if (hits.empty()) continue;
    InterleavedPages pages(site, row.id, both, {both[0].order_of(query, hits), both[1].order_of(query, hits)},
                           static_cast<std::size_t>(options.users.num_ranks));
    const std::size_t before = users.num_sessions();
    users.ask(
        row.id, site.highest_label(),
        [&](const std::string& session) -> const ShownPage& { return pages.page_for(session); },
        [&](const ShownPage& page, const std::vector<bool>& clicked) { count(page, clicked, both[0].name, outcome); });
    const auto num_sessions = static_cast<double>(users.num_sessions() - before);
    for (std::size_t c = 0; c < both.size(); ++c) both[c].sum_ndcg += num_sessions * pages.ndcg_of(c);
  }
  bar.reset();
  if (file) file->commit();
  if (outcome.num_shown == 0) throw Error(options.queries + ": none of the queries finds a document");
  if (options.out == "-") return;
  if (file) {
    out << "wrote " << options.out << ": " << users.num_sessions() << " simulated sessions, " << users.num_clicks()
        << " clicks\n";
  }
  write_verdict(outcome, names, "sessions", out);
  write_truth(both, users.num_sessions(), out);
}

}  // namespace irgan
