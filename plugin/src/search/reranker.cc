#include "irgan/reranker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "plugin/src/features/remote_candidates.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/search/hit_order.h"
#include "plugin/src/search/keyed_draws.h"
#include "plugin/src/search/own_search.h"
#include "plugin/src/search/policy_page.h"
#include "plugin/src/search/remembering.h"
#include "plugin/src/search/remote_page.h"
#include "plugin/src/search/rescoring_source.h"
#include "plugin/src/search/served_model.h"
#include "plugin/src/search/time_limit.h"

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

/// What the first stage found, and what was asked of it.
struct FirstHits {
  const Xapian::Query& query;
  const Xapian::MSet& mset;
  std::string text;  // as typed; empty if that is not known
  const Xapian::MatchDecider* mdecider = nullptr;
  RemoteCandidates* remote = nullptr;  // where a shard is behind a server
};

/// The candidates of a search in their new order.
struct Ranking {
  std::vector<RankedHit> hits;
  std::size_t pool_size = 0;     // how many of them the first stage found, as its first hits
  Xapian::doccount num_new = 0;  // how many the query does not find
};

/// What is to be put into an order.
struct Candidates {
  const Xapian::Query& query;
  const std::vector<Candidate>& list;
  std::size_t pool_size;  // those of the first stage come first
  const std::optional<Recalled>& recalled;
  RemoteCandidates* remote;
};

Eigen::VectorXd remembered(const Eigen::VectorXf& scores, const Recalled& recalled) {
  return scores_with_memory(scores, recalled.clicks, recalled.num_clicks, recalled.prior_clicks);
}

// The model's own, or what the memory makes of them.
Eigen::VectorXd final_scores(const Eigen::VectorXf& scores, const Candidates& candidates) {
  if (candidates.recalled) return remembered(scores, *candidates.recalled);
  return scores.cast<double>();
}

// What the memory added, behind the hits of the first stage.
void append_added(std::vector<RankedHit>& hits, const std::vector<Candidate>& candidates) {
  for (std::size_t i = hits.size(); i < candidates.size(); ++i) {
    hits.emplace_back();
    hits.back().docid = candidates[i].docid;
  }
}

// Whether results are collapsed, as far as the first `size` hits tell: the pool's, so that it is the same on every
// page.
bool has_collapse_keys(const Xapian::MSet& mset, std::size_t size) {
  for (Xapian::doccount i = 0; i < size; ++i) {
    if (!mset[i].get_collapse_key().empty()) return true;
  }
  return false;
}

void set_contributions(std::vector<RankedHit>& hits, const FeatureMatrix& reasons) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const Index row = static_cast<Index>(i);
    hits[i].contributions.assign(reasons.row(row).begin(), reasons.row(row).end());
  }
}

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

/// Weights that bring the ranking's hits to the front in its order and leave the rest of `mset` behind it in the old
/// one.
std::shared_ptr<const RescoringPlan> plan_of(const Ranking& ranking, const Xapian::MSet& mset,
                                             const Xapian::Database& db) {
  auto plan = std::make_shared<RescoringPlan>(db);
  plan->matches_lower_bound = mset.get_matches_lower_bound() + ranking.num_new;
  plan->matches_upper_bound = mset.get_matches_upper_bound() + ranking.num_new;
  if (ranking.num_new > 0) plan->matches_upper_bound = std::min(plan->matches_upper_bound, db.get_doccount());
  plan->matches_estimated = std::min(mset.get_matches_estimated() + ranking.num_new, plan->matches_upper_bound);
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

/// The factor 0 keeps Xapian from opening the original's posting lists, while its terms stay for snippets and
/// matching terms.
Xapian::Query rescored_query(const Xapian::Query& original, std::shared_ptr<const RescoringPlan> plan) {
  using Xapian::Query;
  const Query match_all{
      std::string()};  // not Query::MatchAll: threads that copied that one object would share its count
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
  const std::string text;        // as typed
  bool is_programs_own = false;  // what is thrown now would be thrown without a model, too
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
        served(db, std::move(models), options.on_problem, options.values),
        remembering(db, options.memory, options.added, options.on_problem) {
    if (options.rival) rival.emplace(db, options.rival, options.on_problem, options.values);
  }

  Xapian::Database db;
  RerankOptions options;
  ServedModel served;
  std::optional<ServedModel> rival;
  Remembering remembering;
  std::string key;
  std::string typed_text;  // for the next search
  std::string answered_by;
  bool explored = false;
  std::vector<RankedHit> head;
  std::optional<bool> is_behind_server;           // asked for once: shards stay what they are
  Xapian::valueno id_slot = Xapian::BAD_VALUENO;  // of a database behind a server; likewise
  bool told_of_servers = false;
  std::set<std::string> told_of_rival;

  std::size_t depth(const Model& current) const { return options.depth > 0 ? options.depth : current.depth(); }

  FeatureMatrix rows_of(const ServedModel& model, const Candidates& candidates, const TimeLimit& limit) const {
    return model.extractor().extract(
        candidates.query, candidates.list, [&limit] { limit.check(); }, candidates.remote);
  }

  Ranking ranked(const FirstHits& first, const Model& current, const TimeLimit& limit, bool with_contributions) {
    const Xapian::MSet& mset = first.mset;
    Ranking ranking{hits_of(mset, depth(current)), 0, 0};
    ranking.pool_size = ranking.hits.size();
    std::vector<Candidate> candidates = candidates_of(mset, ranking.pool_size);
    std::optional<Recalled> recalled;
    if (options.memory) {
      recalled = remembering.recall(
          current, {first.query, first.text, candidates, !has_collapse_keys(mset, ranking.pool_size), first.mdecider});
      limit.check();
    }
    if (recalled) {
      candidates = recalled->candidates;
      ranking.num_new = recalled->num_new;
      append_added(ranking.hits, candidates);
    }
    if (!candidates.empty()) {
      const Candidates all{first.query, candidates, ranking.pool_size, recalled, first.remote};
      const FeatureMatrix rows = rows_of(served, all, limit);
      const auto pool = rows.topRows(static_cast<Index>(ranking.pool_size));
      if (with_contributions) set_contributions(ranking.hits, current.explain_beside(rows, pool));
      ranking.hits = arranged(std::move(ranking.hits), all, rows, limit);
    }
    answered_by = current.version();
    return ranking;
  }

  // From the first stage's order, what the memory added behind it, to the one that is shown.
  std::vector<RankedHit> arranged(std::vector<RankedHit> hits, const Candidates& candidates, const FeatureMatrix& rows,
                                  const TimeLimit& limit) {
    const bool needs_key = options.explore > 0.0 || options.interleave;
    const std::string whole_key = needs_key ? search_key(key, candidates.query) : std::string();
    if (options.explore > 0.0 && explores(whole_key, options.explore)) {
      explored = true;
      const Eigen::VectorXd logits = policy_logits(candidates, rows);
      set_scores(hits, candidates, rows, served.model());
      return drawn(std::move(hits), logits, whole_key);
    }
    std::optional<std::vector<Xapian::docid>> other;
    if (options.interleave) other = order_of_rival(hits, candidates, limit);
    hits = ranked_by(served.model(), std::move(hits), candidates, rows);
    return other ? interleaved(std::move(hits), *other, whole_key) : hits;
  }

  // With a memory, what has been clicked moves the policy as it moves the order.
  Eigen::VectorXd policy_logits(const Candidates& candidates, const FeatureMatrix& rows) const {
    constexpr double kSmallest = 1e-300;
    const Model& model = served.model();
    const Eigen::VectorXd scores = candidate_scores(model, rows, candidates.pool_size, policy_of(model)).cast<double>();
    const Eigen::VectorXd logits = scores / options.explore_temperature;
    if (!candidates.recalled) return logits;
    const Eigen::VectorXf narrow = logits.cast<float>();
    if (!narrow.allFinite()) throw Error("the model's policy gives logits that are not finite");
    return remembered(narrow, *candidates.recalled).cwiseMax(kSmallest).array().log();
  }

  static void set_scores(std::vector<RankedHit>& hits, const Candidates& candidates, const FeatureMatrix& rows,
                         const Model& model) {
    const Eigen::VectorXd scores =
        final_scores(candidate_scores(model, rows, candidates.pool_size, model.ranker()), candidates);
    for (std::size_t i = 0; i < hits.size(); ++i) hits[i].score = scores[static_cast<Index>(i)];
  }

  // Chances that are too small for a double are equal, and keep the model's order.
  static std::vector<RankedHit> ranked_by(const Model& model, std::vector<RankedHit> hits, const Candidates& candidates,
                                          const FeatureMatrix& rows) {
    const Eigen::VectorXf scores = candidate_scores(model, rows, candidates.pool_size, model.ranker());
    return by_score(std::move(hits), final_scores(scores, candidates), scores);
  }

  // The rival reorders the same candidates, by the same memory; the first stage leaves what was added at the end.
  // Nothing if the rival cannot answer; an index that cannot be read, a Xapian::Error, is the search's trouble and not
  // the rival's.
  std::optional<std::vector<Xapian::docid>> order_of_rival(const std::vector<RankedHit>& hits,
                                                           const Candidates& candidates, const TimeLimit& limit) {
    if (!rival) return docids_of(hits);
    std::string problem;
    try {
      const Model& current = rival->refresh();
      return docids_of(ranked_by(current, hits, candidates, rows_of(*rival, candidates, limit)));
    } catch (const std::exception& error) {
      problem = error.what();
    }
    limit.check();  // which may be what was thrown
    if (told_of_rival.insert(problem).second && options.on_problem)
      options.on_problem("not interleaved with the rival: " + problem);
    return std::nullopt;
  }

  std::vector<RankedHit> ranked_or_fallback(const Xapian::Query& query, const Xapian::MSet& mset,
                                            bool with_contributions) {
    forget();
    const TimeLimit limit(options.max_rerank_time);
    const FirstHits first{query, mset, std::exchange(typed_text, {})};
    if (options.rerank_fallback == Fallback::rethrow)
      return ranked(first, served.refresh(), limit, with_contributions).hits;
    try {
      return ranked(first, served.refresh(), limit, with_contributions).hits;
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
    look_for_servers();
    TimeLimit limit(options.max_rerank_time);
    const Model& model = served.refresh();
    if (*is_behind_server && search.first >= depth(model)) return search.original();  // none of it is reordered
    const Xapian::MSet all = search.first_pass(depth(model), limit);
    // Our own searches behind a server do not collapse.
    if (*is_behind_server && has_collapse_keys(all, std::min<std::size_t>(depth(model), all.size())))
      return search.original();
    const bool may_recall = all.empty() && options.memory && !*is_behind_server;  // no hits have no order
    if (!may_recall && !is_relevance_order(all))
      return search.first == 0 && all.size() <= search.maxitems ? all : search.original();
    const Xapian::Query query = search.enquire.get_query();
    std::optional<RemoteCandidates> remote;
    if (*is_behind_server)
      remote.emplace(db, query, std::vector<Xapian::docid>(all.begin(), all.end()), id_slot,
                     [&limit] { limit.check(); });
    Ranking ranking =
        ranked({query, all, search.text, search.mdecider, remote ? &*remote : nullptr}, model, limit, false);
    if (ranking.hits.empty()) {
      answered_by.clear();
      return search.first == 0 ? all : search.original();
    }
    limit.check();
    const auto plan = plan_of(ranking, all, db);
    head = std::move(ranking.hits);
    if (remote) return remote_page(db, query, *plan, *remote, search.first, search.maxitems);
    Xapian::Enquire second(db);
    second.set_query(rescored_query(query, plan));
    return second.get_mset(search.first, search.maxitems);
  }

  // What is known of the last result.
  void forget() {
    answered_by.clear();
    explored = false;
    head.clear();
  }

  void look_for_servers() {
    if (!is_behind_server) {
      is_behind_server = has_remote_shard(db);
      if (*is_behind_server) id_slot = id_slot_of(db);
    }
    if (*is_behind_server && id_slot == Xapian::BAD_VALUENO) {
      throw BehindServer(
          "databases behind a server are reranked only if each document's id is in a value slot: xapian-irgan annotate "
          "--ids");
    }
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
void Reranker::set_typed_text(const std::string& text) const { state_->typed_text = text; }

const std::string& Reranker::answered_by() const { return state_->answered_by; }
bool Reranker::explored() const { return state_->explored; }
const std::vector<RankedHit>& Reranker::head() const { return state_->head; }

Xapian::MSet Reranker::get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                                Xapian::doccount check_at_least, const Xapian::RSet* rset,
                                const Xapian::MatchDecider* mdecider) const {
  const OwnSearch own;
  state_->forget();
  Search search{enquire, first, maxitems, check_at_least, rset, mdecider, std::exchange(state_->typed_text, {})};
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
