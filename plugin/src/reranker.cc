#include "irgan/reranker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_set>
#include <utility>

#include "plugin/src/own_search.h"
#include "plugin/src/remembering.h"
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

/// What the first stage found, and what was asked of it.
struct FirstHits {
  const Xapian::Query& query;
  const Xapian::MSet& mset;
  std::string text;  // as typed; empty if that is not known
  const Xapian::MatchDecider* mdecider = nullptr;
};

/// The candidates of a search in their new order.
struct Ranking {
  std::vector<RankedHit> hits;
  std::size_t pool_size = 0;      // how many of them the first stage found, as its first hits
  Xapian::doccount num_new = 0;   // how many the query does not find
};

// What the memory added, behind the hits of the first stage.
void append_added(std::vector<RankedHit>& hits, const std::vector<Candidate>& candidates) {
  for (std::size_t i = hits.size(); i < candidates.size(); ++i) {
    hits.emplace_back();
    hits.back().docid = candidates[i].docid;
  }
}

// Whether one of the first `size` hits stands for others: of the pool's, so that it is the same on every page.
bool is_collapsed(const Xapian::MSet& mset, std::size_t size) {
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

// By the model's scores, one a hit, or by what the memory makes of them; chances that are too small for a double are equal
// and keep the model's order.
void sort_by_score(std::vector<RankedHit>& hits, const Eigen::VectorXf& model_scores, const std::optional<Recalled>& recalled) {
  Eigen::VectorXd scores = model_scores.cast<double>();
  if (recalled) scores = scores_with_memory(model_scores, recalled->clicks, recalled->num_clicks, recalled->prior_clicks);
  std::vector<Index> order(hits.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : model_scores[a] > model_scores[b];
  });
  std::vector<RankedHit> sorted;
  for (const Index row : order) {
    sorted.push_back(std::move(hits[static_cast<std::size_t>(row)]));
    sorted.back().score = scores[row];
  }
  hits = std::move(sorted);
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

/// Weights that bring the ranking's hits to the front in its order and leave the rest of `mset` behind it in the old one.
std::shared_ptr<const RescoringPlan> plan_of(const Ranking& ranking, const Xapian::MSet& mset, const Xapian::Database& db) {
  auto plan = std::make_shared<RescoringPlan>(db);
  plan->matches_lower_bound = mset.get_matches_lower_bound() + ranking.num_new;
  plan->matches_upper_bound = mset.get_matches_upper_bound() + ranking.num_new;
  if (ranking.num_new > 0) plan->matches_upper_bound = std::min(plan->matches_upper_bound, db.get_doccount());
  plan->matches_estimated = std::min(mset.get_matches_estimated() + ranking.num_new, plan->matches_upper_bound);
  const std::vector<RankedHit>& head = ranking.hits;
  std::unordered_set<Xapian::docid> in_head;
  for (const RankedHit& hit : head) in_head.insert(hit.docid);
  const double tail_size = static_cast<double>(mset.size() - ranking.pool_size);
  double last = std::numeric_limits<double>::infinity();
  for (const RankedHit& hit : head) {
    // Xapian breaks ties by docid, we by the first stage: no two weights are equal.
    last = std::min(hit.score - head.back().score + (tail_size + 1.0), std::nextafter(last, 0.0));
    plan->entries.push_back({hit.docid, last});
  }
  plan->max_weight = head.empty() ? tail_size : plan->entries.front().weight;
  double tail_weight = tail_size;
  for (auto hit = mset[static_cast<Xapian::doccount>(ranking.pool_size)]; hit != mset.end(); ++hit) {
    if (in_head.count(*hit) == 0) plan->entries.push_back({*hit, tail_weight});
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

/// One call of get_mset, and how far it has come.
struct Search {
  Xapian::Enquire& enquire;
  const Xapian::doccount first, maxitems, check_at_least;
  const Xapian::RSet* const rset;
  const Xapian::MatchDecider* const mdecider;
  const std::string text;           // as typed
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
        options(std::move(rerank_options)),
        served(db, std::move(models), options.on_problem, options.values),
        remembering(db, options.memory, options.added, options.on_problem) {}

  Xapian::Database db;
  RerankOptions options;
  ServedModel served;
  Remembering remembering;
  std::string typed_text;  // for the next search
  std::string answered_by;
  std::optional<bool> is_behind_server;  // asked for once: shards stay what they are
  bool told_of_servers = false;

  std::size_t depth(const Model& current) const { return options.depth > 0 ? options.depth : current.depth(); }

  Ranking ranked(const FirstHits& first, const Model& current, const TimeLimit& limit, bool with_contributions) {
    const Xapian::MSet& mset = first.mset;
    Ranking ranking{hits_of(mset, depth(current)), 0, 0};
    ranking.pool_size = ranking.hits.size();
    std::vector<Candidate> candidates = candidates_of(mset, ranking.pool_size);
    std::optional<Recalled> recalled;
    if (options.memory) {
      recalled = remembering.recall(current, {first.query, first.text, candidates, !is_collapsed(mset, ranking.pool_size), first.mdecider});
      limit.check();
    }
    if (recalled) {
      candidates = recalled->candidates;
      ranking.num_new = recalled->num_new;
      append_added(ranking.hits, candidates);
    }
    if (!candidates.empty()) {
      const FeatureMatrix rows = served.extractor().extract(first.query, candidates, [&limit] { limit.check(); });
      const auto pool = rows.topRows(static_cast<Index>(ranking.pool_size));
      if (with_contributions) set_contributions(ranking.hits, current.explain_beside(rows, pool));
      sort_by_score(ranking.hits, scores_of(rows, pool, current), recalled);
    }
    answered_by = current.version();
    return ranking;
  }

  // The pool's documents keep the scores that they have by themselves; those of added ones are relative to the pool.
  static Eigen::VectorXf scores_of(const FeatureMatrix& rows, const Eigen::Ref<const FeatureMatrix>& pool, const Model& current) {
    const Index num_added = rows.rows() - pool.rows();
    Eigen::VectorXf scores(rows.rows());
    if (pool.rows() > 0) scores.head(pool.rows()) = current.score(pool);
    if (num_added > 0) scores.tail(num_added) = current.score_beside(rows.bottomRows(num_added), pool, current.ranker());
    if (!scores.allFinite()) throw Error("the model gives scores that are not finite");
    return scores;
  }

  std::vector<RankedHit> ranked_or_fallback(const Xapian::Query& query, const Xapian::MSet& mset,
                                            bool with_contributions) {
    answered_by.clear();
    const TimeLimit limit(options.max_rerank_time);
    const FirstHits first{query, mset, std::exchange(typed_text, {})};
    if (options.rerank_fallback == Fallback::rethrow) return ranked(first, served.refresh(), limit, with_contributions).hits;
    try {
      return ranked(first, served.refresh(), limit, with_contributions).hits;
    } catch (const Xapian::Error& error) {
      tell(error.get_description());
    } catch (const std::exception& error) {
      tell(error.what());
    }
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
    const bool may_recall = all.empty() && options.memory;  // no hits have no order
    if (!may_recall && !is_relevance_order(all)) return search.first == 0 && all.size() <= search.maxitems ? all : search.original();
    const Xapian::Query query = search.enquire.get_query();
    const Ranking ranking = ranked({query, all, search.text, search.mdecider}, model, limit, false);
    if (ranking.hits.empty()) {
      answered_by.clear();
      return search.first == 0 ? all : search.original();
    }
    limit.check();
    Xapian::Enquire second(db);
    second.set_query(rescored_query(query, plan_of(ranking, all, db)));
    return second.get_mset(search.first, search.maxitems);
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

void Reranker::set_typed_text(const std::string& text) const { state_->typed_text = text; }

const std::string& Reranker::answered_by() const { return state_->answered_by; }

Xapian::MSet Reranker::get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                                Xapian::doccount check_at_least, const Xapian::RSet* rset,
                                const Xapian::MatchDecider* mdecider) const {
  const OwnSearch own;
  state_->answered_by.clear();
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
  state_->answered_by.clear();
  return search.original();
}

}  // namespace irgan
