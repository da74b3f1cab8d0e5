#include "irgan/reranker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "plugin/src/own_search.h"
#include "plugin/src/remote_candidates.h"
#include "plugin/src/remote_page.h"
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

void sort_by_score(std::vector<RankedHit>& hits) {
  std::stable_sort(hits.begin(), hits.end(), [](const RankedHit& a, const RankedHit& b) { return a.score > b.score; });
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
  double last = std::numeric_limits<double>::infinity();
  for (const RankedHit& hit : head) {
    // Xapian breaks ties by docid, we by the first stage: no two weights are equal.
    last = std::min(hit.score - head.back().score + (tail_size + 1.0), std::nextafter(last, 0.0));
    plan->entries.push_back({hit.docid, last});
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

// Throws where a remote page would show more: our own searches do not collapse.
std::vector<Xapian::docid> remote_docids(const Xapian::MSet& mset) {
  for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
    if (!hit.get_collapse_key().empty()) throw Error("collapsed results of databases behind a server are not reranked");
  }
  return {mset.begin(), mset.end()};
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
        served(db, std::move(models), options.on_problem, options.values) {}

  Xapian::Database db;
  RerankOptions options;
  ServedModel served;
  std::string answered_by;
  std::optional<bool> is_behind_server;  // asked for once: shards stay what they are
  Xapian::valueno id_slot = Xapian::BAD_VALUENO;  // of a database behind a server; likewise
  bool told_of_servers = false;

  std::size_t depth(const Model& current) const { return options.depth > 0 ? options.depth : current.depth(); }

  std::vector<RankedHit> ranked(const Xapian::Query& query, const Xapian::MSet& mset, const Model& current,
                                const TimeLimit& limit, bool with_contributions, RemoteCandidates* remote = nullptr) {
    std::vector<RankedHit> hits = hits_of(mset, depth(current));
    if (!hits.empty()) {
      const FeatureMatrix rows =
          served.extractor().extract(query, candidates_of(mset, hits.size()), [&limit] { limit.check(); }, remote);
      set_scores(hits, rows, current, with_contributions);
    }
    answered_by = current.version();
    return hits;
  }

  static void set_scores(std::vector<RankedHit>& hits, const FeatureMatrix& rows, const Model& current,
                         bool with_contributions) {
    const Eigen::VectorXf scores = current.score(rows);
    if (!scores.allFinite()) throw Error("the model gives scores that are not finite");
    const FeatureMatrix reasons = with_contributions ? current.explain(rows) : FeatureMatrix();
    for (std::size_t i = 0; i < hits.size(); ++i) {
      const Index row = static_cast<Index>(i);
      hits[i].score = scores[row];
      if (with_contributions) hits[i].contributions.assign(reasons.row(row).begin(), reasons.row(row).end());
    }
    sort_by_score(hits);
  }

  std::vector<RankedHit> ranked_or_fallback(const Xapian::Query& query, const Xapian::MSet& mset,
                                            bool with_contributions) {
    answered_by.clear();
    const TimeLimit limit(options.max_rerank_time);
    if (options.rerank_fallback == Fallback::rethrow) return ranked(query, mset, served.refresh(), limit, with_contributions);
    try {
      return ranked(query, mset, served.refresh(), limit, with_contributions);
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
    look_for_servers();
    TimeLimit limit(options.max_rerank_time);
    const Model& model = served.refresh();
    if (*is_behind_server && search.first >= depth(model)) return search.original();  // none of it is reordered
    const Xapian::MSet all = search.first_pass(depth(model), limit);
    if (!is_relevance_order(all)) return search.first == 0 && all.size() <= search.maxitems ? all : search.original();
    const Xapian::Query query = search.enquire.get_query();
    std::optional<RemoteCandidates> remote;
    if (*is_behind_server) remote.emplace(db, query, remote_docids(all), id_slot, [&limit] { limit.check(); });
    const std::vector<RankedHit> head = ranked(query, all, model, limit, false, remote ? &*remote : nullptr);
    limit.check();
    if (remote) return remote_page(db, query, *plan_of(head, all, db), *remote, search.first, search.maxitems);
    Xapian::Enquire second(db);
    second.set_query(rescored_query(query, plan_of(head, all, db)));
    return second.get_mset(search.first, search.maxitems);
  }

  void look_for_servers() {
    if (!is_behind_server) {
      is_behind_server = has_remote_shard(db);
      if (*is_behind_server) id_slot = id_slot_of(db);
    }
    if (*is_behind_server && id_slot == Xapian::BAD_VALUENO) {
      throw BehindServer("databases behind a server are reranked only if each document's id is in a value slot: xapian-irgan annotate --ids");
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

const std::string& Reranker::answered_by() const { return state_->answered_by; }

Xapian::MSet Reranker::get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                                Xapian::doccount check_at_least, const Xapian::RSet* rset,
                                const Xapian::MatchDecider* mdecider) const {
  const OwnSearch own;
  state_->answered_by.clear();
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
  state_->answered_by.clear();
  return search.original();
}

}  // namespace irgan
