#include "irgan/reranker.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "plugin/src/features/local_index.h"
#include "plugin/src/features/remote_index.h"
#include "plugin/src/features/unique_ids.h"
#include "plugin/src/features/xapian_versions.h"
#include "plugin/src/order/hit_order.h"
#include "plugin/src/process/own_search.h"
#include "plugin/src/search/arranger.h"
#include "plugin/src/search/program_search.h"
#include "plugin/src/search/remote_page.h"
#include "plugin/src/search/rescored_page.h"
#include "plugin/src/search/time_limit.h"

namespace irgan {
namespace {

/// Reported once a Reranker and not once a search.
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
    throw ConfigError("explore", std::to_string(options.explore) + ": must be from 0 to 1");
  }
  const double temperature = options.explore_temperature;
  if (!(temperature > 0.0 && std::isfinite(temperature))) {
    throw ConfigError("explore_temperature", std::to_string(temperature) + ": must be above 0");
  }
  if (options.rival && !options.interleave) throw ConfigError("rival", "needs interleave");
  return options;
}

// Requires: an exception is being handled
Outcome why_not_reranked(Step step) {
  try {
    throw;
  } catch (const TimeOver&) {
    return Outcome::time_limit;
  } catch (const BehindServer&) {
    return Outcome::server;
  } catch (const MisfitError&) {
    return Outcome::misfit;
  } catch (const Xapian::Error&) {
    return Outcome::index;
  } catch (...) {
    return step == Step::model ? Outcome::model : Outcome::other;
  }
}

RerankedPage original_page(Xapian::MSet mset) {
  RerankedPage page;
  page.mset = std::move(mset);
  return page;
}

}  // namespace

struct Reranker::State {
  State(const Xapian::Database& database, std::shared_ptr<ModelSource> models, RerankOptions rerank_options)
      : db(database), options(checked(std::move(rerank_options))), arranger(db, std::move(models), options) {}

  Xapian::Database db;
  RerankOptions options;
  Arranger arranger;
  std::optional<bool> is_behind_server;           // asked for once: shards stay what they are
  Xapian::valueno id_slot = Xapian::BAD_VALUENO;  // of a database behind a server; likewise
  bool reported_servers = false;
  bool reported_misfit = false;  // since the model fitted last
  SearchFigures figures;         // of the present search

  std::size_t depth(const Model& current) const { return options.depth > 0 ? options.depth : current.depth(); }

  std::vector<RankedHit> ranked_here(const Xapian::Query& query, const Xapian::MSet& mset, const SearchRequest& request,
                                     bool explains) {
    return counted([&](StepClock& clock) {
      TimeLimit limit(options.max_rerank_time);
      clock.begin(Step::model);
      const Model& model = arranger.refresh();
      const std::unique_ptr<IndexReader> index = read_index(db, options.values.get());
      const bool may_pick = !has_server();  // behind one this reads documents one by one
      std::vector<RankedHit> hits =
          arranger.arrange({{query, request, mset, depth(model), may_pick}, *index, limit, clock, explains}).hits;
      if (hits.empty()) {
        figures.outcome = Outcome::no_hits;
      } else {
        count_reranked(model, hits);
      }
      return hits;
    });
  }

  // What `work` does with a clock, counted as what it came to. search: the program's own, if there is one
  template <typename Work>
  std::invoke_result_t<Work, StepClock&> counted(const Work& work, const ProgramSearch* search = nullptr) {
    figures = SearchFigures();
    struct Added {  // whichever way it ends
      State& state;
      ~Added() {
        if (state.options.metrics) state.options.metrics->add(state.figures);
      }
    } added{*this};
    StepClock clock(options.metrics ? &figures : nullptr);
    try {
      return work(clock);
    } catch (...) {
      figures.outcome = search && search->is_programs_own() ? Outcome::program_error : why_not_reranked(clock.step());
      throw;
    }
  }

  void count_reranked(const Model& model, const std::vector<RankedHit>& hits) {
    figures.outcome = Outcome::reranked;
    figures.is_explored = hits.front().log_probability.has_value();
    if (options.metrics) figures.model = std::strtoull(model.version().substr(0, 16).c_str(), nullptr, 16);
  }

  RerankedPage left_alone(Outcome outcome, Xapian::MSet mset) {
    figures.outcome = outcome;
    return original_page(std::move(mset));
  }

  std::vector<RankedHit> ranked_or_fallback(const Xapian::Query& query, const Xapian::MSet& mset,
                                            const SearchRequest& request, bool explains) {
    if (options.rerank_fallback == Fallback::rethrow) return ranked_here(query, mset, request, explains);
    try {
      return ranked_here(query, mset, request, explains);
    } catch (const Xapian::Error& error) {
      report(error.get_description());
    } catch (const std::exception& error) {
      report(error.what());
    }
    std::vector<RankedHit> hits = hits_of(mset, options.depth > 0 ? options.depth : mset.size());
    for (RankedHit& hit : hits) hit.score = -static_cast<double>(hit.first_stage_rank);
    return hits;
  }

  // The page in the model's order.
  RerankedPage rescored(ProgramSearch& search, StepClock& clock) {
    clock.begin(Step::model);
    look_for_servers();
    const SearchRequest& request = search.request();
    TimeLimit limit(options.max_rerank_time);
    const Model& model = arranger.refresh();
    reported_misfit = false;
    if (*is_behind_server && request.first >= depth(model) && model.collection() == nullptr)
      return left_alone(Outcome::not_by_relevance, search.original());  // none of it is reordered
    clock.begin(Step::first_pass);
    const Xapian::MSet all = search.first_pass(depth(model), limit);
    // Our own searches behind a server do not collapse.
    if (*is_behind_server && has_collapse_keys(all, std::min<std::size_t>(depth(model), all.size())))
      return left_alone(Outcome::not_by_relevance, search.original());
    const bool may_recall = all.empty() && ((options.memory && !*is_behind_server) ||
                                            model.collection() != nullptr);  // no hits have no order
    if (!may_recall && !is_relevance_order(all))
      return left_alone(all.empty() ? Outcome::no_hits : Outcome::not_by_relevance,
                        request.first == 0 && all.size() <= request.maxitems ? all : search.original());
    clock.begin(Step::candidates);
    const Xapian::Query query = search.query();
    std::optional<RemoteIndex> remote;
    std::unique_ptr<IndexReader> local;
    if (*is_behind_server) {
      remote.emplace(db, query, std::vector<Xapian::docid>(all.begin(), all.end()), id_slot,
                     [&limit] { limit.check(); });
    } else {
      local = read_index(db, options.values.get());
    }
    RerankedPage page;
    IndexReader& index = remote ? static_cast<IndexReader&>(*remote) : *local;
    Ranking ranking = arranger.arrange({{query, request, all, depth(model), true, remote ? &*remote : nullptr},
                                        index,
                                        limit,
                                        clock,
                                        false,
                                        true,
                                        &page.shadow});
    if (ranking.hits.empty()) return left_alone(Outcome::no_hits, request.first == 0 ? all : search.original());
    limit.check();
    clock.begin(Step::second_pass);
    const auto plan = plan_of(ranking, all, db);
    page.mset = remote
                    ? remote_page(db, query, *plan, *remote, ranking.num_new.most == 0, request.first, request.maxitems)
                    : rescored_page(db, query, plan, request.first, request.maxitems);
    count_reranked(model, ranking.hits);
    page.explored = figures.is_explored;
    page.head = std::move(ranking.hits);
    page.model_version = model.version();
    return page;
  }

  RerankedPage page_for(Xapian::Enquire& enquire, const SearchRequest& request) {
    ProgramSearch search(enquire, request);
    const auto page = [&] { return counted([&](StepClock& clock) { return page_counted(search, clock); }, &search); };
    if (options.get_mset_fallback == Fallback::rethrow) return page();
    try {
      return page();
    } catch (const Xapian::Error& error) {
      if (search.is_programs_own()) throw;
      report(error.get_description());
    } catch (const BehindServer& error) {
      if (!std::exchange(reported_servers, true)) report(error.what());
    } catch (const MisfitError& error) {
      if (!std::exchange(reported_misfit, true)) report(error.what());
    } catch (const std::exception& error) {
      if (search.is_programs_own()) throw;
      report(error.what());
    }
    return original_page(search.original());
  }

  RerankedPage page_counted(ProgramSearch& search, StepClock& clock) {
    if (search.request().maxitems == 0) return left_alone(Outcome::only_counts, search.original());
    return rescored(search, clock);
  }

  bool has_server() {
    if (!is_behind_server) {
      is_behind_server = has_remote_shard(db);
      if (*is_behind_server) id_slot = id_slot_of(db);
    }
    return *is_behind_server;
  }

  void look_for_servers() {
    if (has_server() && id_slot == Xapian::BAD_VALUENO) {
      throw BehindServer(
          "databases behind a server are reranked only if each document's id is in a value slot: annotate the index "
          "with ids");
    }
  }

  void report(const std::string& problem) const {
    if (options.on_problem) options.on_problem("served in the original order: " + problem);
  }
};

Reranker::Reranker(const Xapian::Database& db, std::shared_ptr<ModelSource> models, RerankOptions options)
    : state_(std::make_unique<State>(db, std::move(models), with_values(std::move(options), db))) {}

Reranker::~Reranker() = default;

std::vector<RankedHit> Reranker::rerank(const Xapian::Query& query, const Xapian::MSet& hits,
                                        const SearchRequest& request) const {
  return state_->ranked_or_fallback(query, hits, request, false);
}

std::vector<RankedHit> Reranker::explain(const Xapian::Query& query, const Xapian::MSet& hits,
                                         const SearchRequest& request) const {
  return state_->ranked_or_fallback(query, hits, request, true);
}

RerankedPage Reranker::search(Xapian::Enquire& enquire, const SearchRequest& request) const {
  const OwnSearch own;
  return state_->page_for(enquire, request);
}

Xapian::MSet Reranker::get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                                Xapian::doccount check_at_least, const Xapian::RSet* rset,
                                const Xapian::MatchDecider* mdecider) const {
  return search(enquire, {first, maxitems, check_at_least, rset, mdecider}).mset;
}

}  // namespace irgan
