#include "index_tools/commands/simulate.h"

#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "index_tools/showing/progress_bar.h"
#include "plugin/src/search/keyed_draws.h"
#include "plugin/src/search/policy_page.h"
#include "trainer/machine/output_file.h"
#include "trainer/machine/timestamps.h"
#include "trainer/simulation/simulated_comparison.h"
#include "trainer/simulation/simulated_site.h"
#include "trainer/site/strict_rerank.h"

namespace irgan {
namespace {

// A log from the future would be refused by those who read it.
void check_date(const std::string& date) {
  const bool is_day = date.size() == 10 && date[4] == '-' && date[7] == '-';
  const std::optional<double> time = is_day ? parse_time(date) : std::nullopt;
  if (!time) throw ConfigError("--date " + date + ": must be a day as YYYY-MM-DD");
  if (*time > static_cast<double>(std::time(nullptr)))
    throw ConfigError("--date " + date + ": must not be in the future");
}

void check(const SimulateOptions& options) {
  const bool compares = !options.compare.empty();
  if (options.queries.empty() || options.qrels.empty() || (options.out.empty() && !compares)) {
    throw ConfigError("--queries, --qrels and --out are needed");
  }
  check_date(options.date);
  if (options.explore > 0.0 && options.model.empty())
    throw ConfigError("--explore needs --model, whose policy it draws from");
  if (!compares) return;
  if (options.compare.size() != 2)
    throw ConfigError("--compare needs two names: model files, or " + std::string(kFirstStageName));
  if (options.compare[0] == options.compare[1])
    throw ConfigError("--compare " + options.compare[0] + ": is compared with itself");
  if (!options.model.empty() || options.explore > 0.0) throw ConfigError("--compare excludes --model and --explore");
}

/// What exploring costs those who see it, sums over their sessions. Expected clicks, not clicks: the luck of the draw
/// is no cost.
struct ExploreCost {
  std::size_t num_explored = 0;
  double clicks_drawn = 0.0, clicks_best = 0.0;
  double ndcg_drawn = 0.0, ndcg_best = 0.0;
  double clicks_best_of_all = 0.0;  // of all sessions, explored or not, in the best order

  void write(std::size_t num_sessions, std::ostream& out) const {
    const auto explored = static_cast<double>(num_explored);
    char text[256];
    std::snprintf(text, sizeof text, "explored %zu of %zu sessions", num_explored, num_sessions);
    out << text;
    if (num_explored > 0) {
      std::snprintf(text, sizeof text,
                    ": nDCG@10 %.4f, best order %.4f; expected clicks a session %.3f, best order %.3f; %.1f %% of all "
                    "clicks lost",
                    ndcg_drawn / explored, ndcg_best / explored, clicks_drawn / explored, clicks_best / explored,
                    100.0 * (clicks_best - clicks_drawn) / clicks_best_of_all);
      out << text;
    }
    out << '\n';
  }
};

/// The order that users get, and those of it that are drawn.
class ServedOrder {
 public:
  ServedOrder(SimulatedSite& site, const SimulateOptions& options)
      : site_(site), options_(options), depth_(options.depth > 0 ? options.depth : kDefaultDepth) {
    if (options.model.empty()) return;
    const auto model = Model::from_file(options.model);
    if (options.depth == 0) depth_ = model->depth();
    RerankOptions best, drawn;
    best.values = drawn.values = std::make_shared<ValueCache>();
    drawn.explore = 1.0;  // of those that explore, all: which ones do is decided here
    drawn.explore_temperature = options.temperature;
    best.depth = drawn.depth = depth_;
    best_ = strict_reranker(site.database(), model, std::move(best), options.model);
    if (options.explore > 0.0) drawn_ = strict_reranker(site.database(), model, std::move(drawn), options.model);
  }

  /// Moves to a query; false if it finds nothing.
  bool search(const QueryRow& row) {
    query_id_ = row.id;
    query_ = site_.query_of(row);
    hits_ = site_.search(query_, depth_);
    std::vector<RankedHit> ranked;
    if (best_) {
      ranked = best_->rerank(query_, hits_);
    } else {
      for (auto hit = hits_.begin(); hit != hits_.end(); ++hit) ranked.emplace_back().docid = *hit;
    }
    page_ = page_of(ranked);
    ndcg_ = site_.ndcg_at_10(query_id_, page_);
    clicks_ = expected_clicks(options_.users, page_, site_.highest_label());
    return !page_.empty();
  }

  const ShownPage& page_for(const std::string& session) {
    cost_.clicks_best_of_all += clicks_;
    if (!drawn_ || !explores(search_key(session, query_), options_.explore)) return page_;
    drawn_->set_key(session);
    drawn_page_ = page_of(drawn_->rerank(query_, hits_));
    ++cost_.num_explored;
    cost_.clicks_best += clicks_;
    cost_.ndcg_best += ndcg_;
    cost_.clicks_drawn += expected_clicks(options_.users, drawn_page_, site_.highest_label());
    cost_.ndcg_drawn += site_.ndcg_at_10(query_id_, drawn_page_);
    return drawn_page_;
  }

  const ExploreCost& cost() const { return cost_; }

 private:
  ShownPage page_of(const std::vector<RankedHit>& ranked) const {
    ShownPage page;
    for (const RankedHit& hit : ranked) {
      if (page.size() == static_cast<std::size_t>(options_.users.num_ranks)) break;
      page.push_back(site_.shown(query_id_, hit.docid));
      page.back().log_probability = hit.log_probability;
    }
    return page;
  }

  SimulatedSite& site_;
  const SimulateOptions& options_;
  std::size_t depth_;
  std::unique_ptr<Reranker> best_, drawn_;
  std::string query_id_;
  Xapian::Query query_;
  Xapian::MSet hits_;
  ShownPage page_, drawn_page_;
  double ndcg_ = 0.0, clicks_ = 0.0;  // of page_
  ExploreCost cost_;
};

}  // namespace

void add_options(SimulateOptions& options, OptionTable& table) {
  options.database.add_to(table);
  table.text("queries", options.queries, "queries: qid<TAB>text", "FILE");
  table.text("qrels", options.qrels, "what the users are looking for: TREC qrels", "FILE");
  table.text("model", options.model, "show them this model's order; else Xapian's", "FILE");
  table.text("out", options.out, "the click log to write: TSV; .gz and .zst are packed; - is stdout", "FILE");
  table.text("date", options.date, "day of the sessions, YYYY-MM-DD, not in the future", "DATE");
  table.number("depth", options.depth, std::size_t{0}, std::size_t{100000},
               "candidates a query; 0: as the model was trained, else 100");
  table.number("ranks", options.users.num_ranks, 1, 1000, "documents a page");
  table.number("examination", options.users.examination_exponent, 0.0, 10.0,
               "rank r is looked at with chance 1 / r to this power");
  table.number("sessions", options.users.mean_sessions, 1.0, 1e6, "mean sessions a query, log-normal with deviation 1");
  table.number("click-best", options.users.click_chance[2], 0.0, 1.0,
               "chance of a click on an examined document of the highest label");
  table.number("click-good", options.users.click_chance[1], 0.0, 1.0, "the same for a lower label above 0");
  table.number("click-bad", options.users.click_chance[0], 0.0, 1.0, "the same for any other document");
  table.number("explore", options.explore, 0.0, 1.0,
               "share of the sessions that see a page drawn from the model's policy");
  table.number("temperature", options.temperature, 0.01, 100.0, "of that draw: below 1 nearer to the best order");
  table.exclude("compare", "temperature", "no page is drawn");
  table.needs("temperature", {"explore"}, "it is of the pages that are drawn");
  table.texts("compare", options.compare,
              "instead: show two orders interleaved and say which one the clicks prefer; two model files, or "
              "first-stage for Xapian's order",
              "M1 M2");
  table.positional("compare");
  table.number("seed", options.seed, std::size_t{0}, std::size_t{1} << 62, "of everything random");
}

void run(const SimulateOptions& options, std::ostream& out) {
  check(options);
  if (!options.compare.empty()) return run_comparison(options, out);
  SimulatedSite site(options.database.site(), options.queries, options.qrels);
  ServedOrder order(site, options);
  OutputFile file(options.out);
  const bool may_explore = options.explore > 0.0;
  SimulatedUsers users(options.users, options.date, options.seed,
                       may_explore ? SimulatedUsers::Extra::log_probability : SimulatedUsers::Extra::none,
                       &file.stream());
  auto bar = std::make_unique<ProgressBar>("simulating");
  for (std::size_t i = 0; i < site.queries().size(); ++i) {
    const QueryRow& row = site.queries()[i];
    if (order.search(row)) {
      users.ask(row.id, site.highest_label(),
                [&](const std::string& session) -> const ShownPage& { return order.page_for(session); });
    }
    bar->update(static_cast<double>(i) / static_cast<double>(site.queries().size()));
  }
  bar.reset();
  file.commit();
  if (options.out != "-") {
    out << "wrote " << options.out << ": " << users.num_sessions() << " simulated sessions, " << users.num_clicks()
        << " clicks\n";
    if (may_explore) order.cost().write(users.num_sessions(), out);
  }
}

}  // namespace irgan
