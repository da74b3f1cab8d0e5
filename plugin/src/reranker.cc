#include "irgan/reranker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "plugin/src/keyed_draws.h"
#include "plugin/src/own_search.h"
#include "plugin/src/policy_page.h"
#include "plugin/src/rescoring_source.h"
#include "plugin/src/served_model.h"
#include "plugin/src/xapian_versions.h"

namespace irgan {
namespace {

using Eigen::Index;

std::vector<RankedHit> hits_of(const Xapian::MSet& mset, std::size_t depth) {
  std::vector<RankedHit> hits;
  for (auto hit = mset.begin(); hit != mset.end() && hits.size() < depth; ++hit) {
    RankedHit ranked;
    ranked.docid = *hit;
    ranked.first_stage_weight = hit.get_weight();
    ranked.first_stage_percent = hit.get_percent();
    ranked.first_stage_rank = hits.size() + 1;
    ranked.collapse_count = hit.get_collapse_count();
    hits.push_back(std::move(ranked));
  }
  return hits;
}

bool is_better(const RankedHit& a, const RankedHit& b) { return a.score > b.score; }

std::vector<Xapian::docid> docids_of(const std::vector<RankedHit>& hits) {
  std::vector<Xapian::docid> docids;
  for (const RankedHit& hit : hits) docids.push_back(hit.docid);
  return docids;
}

Eigen::VectorXf finite_scores(const Model& model, const FeatureMatrix& rows) {
  Eigen::VectorXf scores = model.score(rows);
  if (!scores.allFinite()) throw Error("the model gives scores that are not finite");
  return scores;
}

// Requires: `hits` are the rows of the pool that `logits` were computed from
std::vector<RankedHit> drawn(std::vector<RankedHit> hits, const Eigen::VectorXd& logits, const std::string& key) {
  if (!logits.allFinite()) throw Error("the model's policy gives logits that are not finite");
  std::vector<RankedHit> page;
  for (const PageDraw& draw : draw_page(logits, docids_of(hits), key)) {
    page.push_back(std::move(hits[draw.row]));
    page.back().log_probability = draw.log_probability;
  }
  return page;
}

// Requires: `other` are the docids of `hits` in another order
std::vector<RankedHit> interleaved(std::vector<RankedHit> hits, const std::vector<Xapian::docid>& other,
                                   const std::string& key) {
  std::unordered_map<Xapian::docid, std::size_t> places;
  for (std::size_t i = 0; i < hits.size(); ++i) places[hits[i].docid] = i;
  std::vector<RankedHit> page;
  for (const InterleavedHit& pick : interleave(docids_of(hits), other, key)) {
    page.push_back(std::move(hits[places.at(pick.docid)]));
    page.back().team = pick.team;
  }
  return page;
}

/// The time that reranking one search may still take.
class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  explicit TimeLimit(std::chrono::microseconds limit) : limit_(limit), begin_(Clock::now()) {}

  /// Throws: Error if the time is over
  void check() const {
    if (limit_.count() > 0 && Clock::now() - begin_ > limit_) {
      throw Error("reranking took longer than its limit of " + std::to_string(limit_.count()) + " microseconds");
    }
  }

  /// Takes what the first pass needed out of the account.
  void leave_out(Clock::duration duration) { begin_ += duration; }

 private:
  const std::chrono::microseconds limit_;
  Clock::time_point begin_;
};

/// Whether hits come by falling relevance: an Enquire has no getters for its sort order.
bool is_relevance_order(const Xapian::MSet& mset) {
  if (!(mset.get_max_possible() > 0.0)) return false;
  double last = std::numeric_limits<double>::infinity();
  for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
    if (!hit.get_sort_key().empty() || hit.get_weight() > last) return false;
    last = hit.get_weight();
  }
  return true;
}

/// Weights that bring `head` to the front in its order and leave the rest of `mset` behind it in the old one.
std::shared_ptr<const RescoringPlan> plan_of(const std::vector<RankedHit>& head, const Xapian::MSet& mset,
                                             const Xapian::Database& db) {
  auto plan = std::make_shared<RescoringPlan>(db);
  plan->matches_lower_bound = mset.get_matches_lower_bound();
  plan->matches_estimated = mset.get_matches_estimated();
  plan->matches_upper_bound = mset.get_matches_upper_bound();
  const double tail_size = static_cast<double>(mset.size() - head.size());
  const bool is_by_score = std::is_sorted(head.begin(), head.end(), is_better);  // else drawn or interleaved: ranks weigh
  double last = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < head.size(); ++i) {
    const double above_tail = is_by_score ? head[i].score - head.back().score + 1.0 : static_cast<double>(head.size() - i);
    // Xapian breaks ties by docid, we by the first stage: no two weights are equal.
    last = std::min(above_tail + tail_size, std::nextafter(last, 0.0));
    plan->entries.push_back({head[i].docid, last});
  }
  plan->max_weight = head.empty() ? tail_size : plan->entries.front().weight;
  double tail_weight = tail_size;
  for (auto hit = mset[static_cast<Xapian::doccount>(head.size())]; hit != mset.end(); ++hit) {
    plan->entries.push_back({*hit, tail_weight});
    tail_weight -= 1.0;
  }
  std::sort(plan->entries.begin(), plan->entries.end(),
            [](const RescoringPlan::Entry& a, const RescoringPlan::Entry& b) { return a.docid < b.docid; });
  return plan;
}

/// The factor 0 keeps Xapian from opening the original's posting lists, while its terms stay for snippets and
/// matching terms.
Xapian::Query rescored_query(const Xapian::Query& original, std::shared_ptr<const RescoringPlan> plan) {
  using Xapian::Query;
  const Query match_all{std::string()};  // not Query::MatchAll: threads that copied that one object would share its count
  const Query silent(Query::OP_SCALE_WEIGHT, Query(Query::OP_AND_MAYBE, match_all, original), 0.0);
  return Query(Query::OP_AND_MAYBE, Query((new RescoringSource(std::move(plan)))->release()), silent);
}

/// Told once a Reranker and not once a search.
class BehindServer : public Error {
 public:
  using Error::Error;
};

// A cache of its own where none is given and `db` may have one.
RerankOptions with_values(RerankOptions options, const Xapian::Database& db) {
  if (dynamic_cast<const Xapian::WritableDatabase*>(&db)) {
    options.values = nullptr;
  } else if (!options.values) {
    options.values = std::make_shared<ValueCache>();
  }
  return options;
}

RerankOptions checked(RerankOptions options) {
  if (!(options.explore >= 0.0 && options.explore <= 1.0)) {
    throw ConfigError("RerankOptions::explore " + std::to_string(options.explore) + ": must be from 0 to 1");
  }
  const double temperature = options.explore_temperature;
  if (!(temperature > 0.0 && std::isfinite(temperature))) {
    throw ConfigError("RerankOptions::explore_temperature " + std::to_string(temperature) + ": must be above 0");
  }
  if (options.rival && !options.interleave) throw ConfigError("RerankOptions::rival needs RerankOptions::interleave");
  return options;
}

/// One call of get_mset, and how far it has come.
struct Search {
  Xapian::Enquire& enquire;
  const Xapian::doccount first, maxitems, check_at_least;
  const Xapian::RSet* const rset;
  const Xapian::MatchDecider* const mdecider;
  bool is_programs_own = false;     // what is thrown now would be thrown without a model, too
  bool spies_have_counted = false;

  Xapian::MSet original() {
    if (spies_have_counted) enquire.clear_matchspies();
    is_programs_own = true;
    return enquire.get_mset(first, maxitems, check_at_least, rset, mdecider);
  }

  // All hits that the model may see and the page may show.
  Xapian::MSet first_pass(std::size_t depth, TimeLimit& limit) {
    constexpr Xapian::doccount kMost = std::numeric_limits<Xapian::doccount>::max();
    const Xapian::doccount end = first + std::min(maxitems, kMost - first);
    const auto window = static_cast<Xapian::doccount>(std::min<std::size_t>(std::max<std::size_t>(end, depth), kMost));
    const auto begin = TimeLimit::Clock::now();
    is_programs_own = true;
    Xapian::MSet all = enquire.get_mset(0, window, check_at_least, rset, mdecider);
    is_programs_own = false;
    limit.leave_out(TimeLimit::Clock::now() - begin);
    spies_have_counted = true;
    return all;
  }
};

}  // namespace

struct Reranker::State {
  State(const Xapian::Database& database, std::shared_ptr<ModelSource> models, RerankOptions rerank_options)
      : db(database),
        options(checked(std::move(rerank_options))),
        served(db, std::move(models), options.on_problem, options.values) {
    if (options.rival) rival.emplace(db, options.rival, options.on_problem, options.values);
  }

  Xapian::Database db;
  RerankOptions options;
  ServedModel served;
  std::optional<ServedModel> rival;
  std::string key;
  std::string answered_by;
  bool explored = false;
  std::vector<RankedHit> head;
  std::optional<bool> is_behind_server;  // asked for once: shards stay what they are
  bool told_of_servers = false;

  std::size_t depth(const Model& current) const { return options.depth > 0 ? options.depth : current.depth(); }

  FeatureMatrix rows_of(const ServedModel& model, const Xapian::Query& query, const Xapian::MSet& mset,
                        std::size_t num_hits, const TimeLimit& limit) const {
    return model.extractor().extract(query, candidates_of(mset, num_hits), [&limit] { limit.check(); });
  }

  std::vector<RankedHit> ranked(const Xapian::Query& query, const Xapian::MSet& mset, const Model& current,
                                const TimeLimit& limit, bool with_contributions) {
    std::vector<RankedHit> hits = hits_of(mset, depth(current));
    if (!hits.empty()) {
      const FeatureMatrix rows = rows_of(served, query, mset, hits.size(), limit);
      set_scores(hits, rows, current, with_contributions);
      hits = arranged(std::move(hits), rows, query, mset, limit);
    }
    answered_by = current.version();
    return hits;
  }

  static void set_scores(std::vector<RankedHit>& hits, const FeatureMatrix& rows, const Model& current,
                         bool with_contributions) {
    const Eigen::VectorXf scores = finite_scores(current, rows);
    const FeatureMatrix reasons = with_contributions ? current.explain(rows) : FeatureMatrix();
    for (std::size_t i = 0; i < hits.size(); ++i) {
      const Index row = static_cast<Index>(i);
      hits[i].score = scores[row];
      if (with_contributions) hits[i].contributions.assign(reasons.row(row).begin(), reasons.row(row).end());
    }
  }

  // From the first stage's order to the one that is shown.
  std::vector<RankedHit> arranged(std::vector<RankedHit> hits, const FeatureMatrix& rows, const Xapian::Query& query,
                                  const Xapian::MSet& mset, const TimeLimit& limit) {
    const bool needs_key = options.explore > 0.0 || options.interleave;
    const std::string whole_key = needs_key ? search_key(key, query) : std::string();
    if (options.explore > 0.0 && explores(whole_key, options.explore)) {
      explored = true;
      return drawn(std::move(hits), policy_logits(served.model(), rows, options.explore_temperature), whole_key);
    }
    std::vector<Xapian::docid> other;
    if (options.interleave) other = order_of_rival(hits, query, mset, limit);
    std::stable_sort(hits.begin(), hits.end(), is_better);
    if (!options.interleave) return hits;
    return interleaved(std::move(hits), other, whole_key);
  }

  std::vector<Xapian::docid> order_of_rival(std::vector<RankedHit> hits, const Xapian::Query& query,
                                            const Xapian::MSet& mset, const TimeLimit& limit) {
    if (rival) {
      const Model& current = rival->refresh();
      set_scores(hits, rows_of(*rival, query, mset, hits.size(), limit), current, false);
      std::stable_sort(hits.begin(), hits.end(), is_better);
    }
    return docids_of(hits);
  }

  std::vector<RankedHit> ranked_or_fallback(const Xapian::Query& query, const Xapian::MSet& mset,
                                            bool with_contributions) {
    forget();
    const TimeLimit limit(options.max_rerank_time);
    if (options.rerank_fallback == Fallback::rethrow) return ranked(query, mset, served.refresh(), limit, with_contributions);
    try {
      return ranked(query, mset, served.refresh(), limit, with_contributions);
    } catch (const Xapian::Error& error) {
      tell(error.get_description());
    } catch (const std::exception& error) {
      tell(error.what());
    }
    forget();
    std::vector<RankedHit> hits = hits_of(mset, options.depth > 0 ? options.depth : mset.size());
    for (RankedHit& hit : hits) hit.score = -static_cast<double>(hit.first_stage_rank);
    return hits;
  }

  // The page in the model's order.
  Xapian::MSet rescored(Search& search) {
    if (!is_behind_server) is_behind_server = has_remote_shard(db);
    if (*is_behind_server) throw BehindServer("databases behind a server are not reranked");
    TimeLimit limit(options.max_rerank_time);
    const Model& model = served.refresh();
    const Xapian::MSet all = search.first_pass(depth(model), limit);
    if (!is_relevance_order(all)) return search.first == 0 && all.size() <= search.maxitems ? all : search.original();
    const Xapian::Query query = search.enquire.get_query();
    head = ranked(query, all, model, limit, false);
    limit.check();
    Xapian::Enquire second(db);
    second.set_query(rescored_query(query, plan_of(head, all, db)));
    return second.get_mset(search.first, search.maxitems);
  }

  // What is known of the last result.
  void forget() {
    answered_by.clear();
    explored = false;
    head.clear();
  }

  void tell(const std::string& problem) const {
    if (options.on_problem) options.on_problem("served in the original order: " + problem);
  }
};

Reranker::Reranker(const Xapian::Database& db, std::shared_ptr<ModelSource> models, RerankOptions options)
    : state_(std::make_unique<State>(db, std::move(models), with_values(std::move(options), db))) {}

Reranker::~Reranker() = default;

std::vector<RankedHit> Reranker::rerank(const Xapian::Query& query, const Xapian::MSet& hits) const {
  return state_->ranked_or_fallback(query, hits, false);
}

std::vector<RankedHit> Reranker::explain(const Xapian::Query& query, const Xapian::MSet& hits) const {
  return state_->ranked_or_fallback(query, hits, true);
}

void Reranker::set_key(std::string key) { state_->key = std::move(key); }

const std::string& Reranker::answered_by() const { return state_->answered_by; }
bool Reranker::explored() const { return state_->explored; }
const std::vector<RankedHit>& Reranker::head() const { return state_->head; }

Xapian::MSet Reranker::get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                                Xapian::doccount check_at_least, const Xapian::RSet* rset,
                                const Xapian::MatchDecider* mdecider) const {
  const OwnSearch own;
  state_->forget();
  Search search{enquire, first, maxitems, check_at_least, rset, mdecider};
  if (maxitems == 0) return search.original();  // only the counts are wanted
  if (state_->options.get_mset_fallback == Fallback::rethrow) return state_->rescored(search);
  try {
    return state_->rescored(search);
  } catch (const Xapian::Error& error) {
    if (search.is_programs_own) throw;
    state_->tell(error.get_description());
  } catch (const BehindServer& error) {
    if (!std::exchange(state_->told_of_servers, true)) state_->tell(error.what());
  } catch (const std::exception& error) {
    if (search.is_programs_own) throw;
    state_->tell(error.what());
  }
  state_->forget();
  return search.original();
}

}  // namespace irgan
