#include "plugin/src/search/arranger.h"

#include <exception>
#include <utility>

#include "plugin/src/order/hit_order.h"
#include "plugin/src/order/keyed_draws.h"
#include "plugin/src/order/policy_page.h"

namespace irgan {
namespace {

using Eigen::Index;

/// Measures a search's features one by one.
class FeatureClock {
 public:
  /// figures: null: nothing is measured
  FeatureClock(const std::vector<std::size_t>& kinds, SearchFigures* figures) : kinds_(kinds), figures_(figures) {}
  ~FeatureClock() { end(); }
  FeatureClock(const FeatureClock&) = delete;
  FeatureClock& operator=(const FeatureClock&) = delete;

  /// Ends the feature before, and begins the next one.
  void next() {
    if (!figures_) return;
    end();
    ++num_begun_;
  }

 private:
  void end() {
    if (!figures_) return;
    const Clock::time_point now = Clock::now();
    if (num_begun_ > 0 && num_begun_ <= kinds_.size()) figures_->features[kinds_[num_begun_ - 1]] += now - begin_;
    begin_ = now;
  }

  using Clock = std::chrono::steady_clock;

  const std::vector<std::size_t>& kinds_;
  SearchFigures* const figures_;
  Clock::time_point begin_{};
  std::size_t num_begun_ = 0;
};

FeatureMatrix rows_of(const ServedModel& model, const std::vector<Candidate>& candidates, const ArrangedSearch& search,
                      const TimeLimit& limit) {
  const FoundSearch& found = search.found;
  return model.features(found.query, candidates, found.request.context, search.index, [&limit] { limit.check(); });
}

FeatureMatrix measured_rows(const ServedModel& model, const std::vector<Candidate>& candidates,
                            const ArrangedSearch& search, SearchFigures* figures) {
  FeatureClock clock(model.columns().kinds(), figures);
  const FoundSearch& found = search.found;
  return model.features(found.query, candidates, found.request.context, search.index, [&] {
    search.limit.check();
    clock.next();
  });
}

void count_values(const FeatureMatrix& rows, SearchFigures& figures) {
  figures.num_documents = static_cast<std::uint64_t>(rows.rows());
  figures.num_values = static_cast<std::uint64_t>(rows.size());
  for (Index row = 0; row < rows.rows(); ++row) {
    const auto num_missing = static_cast<std::uint64_t>(rows.row(row).array().isNaN().count());
    figures.num_missing += num_missing;
    figures.num_incomplete += num_missing > 0 ? 1 : 0;
  }
}

// What each feature adds to a hit's score, and what the memory does.
void explain(std::vector<RankedHit>& hits, const Model& model, const Gathered& gathered, const FeatureMatrix& rows,
             const Eigen::VectorXf& scores) {
  const FeatureMatrix reasons = model.explain_beside(rows, rows.topRows(static_cast<Index>(gathered.pool_size)));
  Eigen::VectorXd gains = Eigen::VectorXd::Zero(scores.size());
  if (gathered.recalled) gains = gain_by_memory(scores, gathered.recalled->clicks, gathered.recalled->prior_clicks);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto row = static_cast<Index>(i);
    hits[i].contributions.assign(reasons.row(row).begin(), reasons.row(row).end());
    hits[i].memory_gain = gains[row];
  }
}

// Sets what the model, and what the memory makes of it, give each hit.
void set_scores(std::vector<RankedHit>& hits, const Gathered& gathered, const Eigen::VectorXf& scores) {
  const Eigen::VectorXd all = final_scores(scores, gathered.recalled);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    hits[i].model_score = static_cast<double>(scores[static_cast<Index>(i)]);
    hits[i].score = all[static_cast<Index>(i)];
  }
}

// What the generator and the memory added, behind the hits of the first stage.
void append_added(std::vector<RankedHit>& hits, const Gathered& gathered) {
  for (std::size_t i = hits.size(); i < gathered.candidates.size(); ++i) {
    hits.emplace_back();
    hits.back().docid = gathered.candidates[i].docid;
    hits.back().found_by = i < gathered.pool_size ? FoundBy::generator : FoundBy::memory;
  }
}

// Chances that are too small for a double are equal, and keep the model's order.
std::vector<RankedHit> ranked_by(const Eigen::VectorXf& scores, std::vector<RankedHit> hits, const Gathered& gathered) {
  return by_score(std::move(hits), final_scores(scores, gathered.recalled), scores);
}

}  // namespace

Arranger::Arranger(const Xapian::Database& db, std::shared_ptr<ModelSource> models, const RerankOptions& options)
    : explore_(options.explore),
      explore_temperature_(options.explore_temperature),
      interleave_(options.interleave),
      on_problem_(options.on_problem),
      gathering_(db, options),
      served_(db, std::move(models), options.on_problem, options.vectors),
      shadow_limit_(options.max_rerank_time) {
  if (options.rival) rival_.emplace(db, options.rival, options.on_problem, options.vectors);
  if (!options.shadow) return;
  const auto tell = [on_problem = options.on_problem](const std::string& problem) {
    if (on_problem) on_problem("of the shadow: " + problem);
  };
  shadow_.emplace(db, options.shadow, tell, options.vectors);
}

Ranking Arranger::arrange(const ArrangedSearch& search) {
  search.clock.begin(Step::candidates);
  const Gathered gathered = gathering_.gather(served_, search.found, search.limit);
  Ranking ranking{hits_of(search.found.mset, search.found.depth), gathered.num_found, {}};
  if (search.is_for_page) ranking.num_new = gathering_.num_new(gathered, search.found);
  append_added(ranking.hits, gathered);
  if (ranking.hits.empty()) return ranking;
  ranking.hits = arrange_served(std::move(ranking.hits), gathered, search);
  if (!shadow_ || !search.shadow) return ranking;
  watch_shadow(gathered, search);
  if (SearchFigures* figures = search.clock.figures()) {
    const ShadowOrder& shadow = *search.shadow;
    figures->shadow = shadow.docids.empty()                                 ? ShadowOutcome::failed
                      : shadow.docids.front() == ranking.hits.front().docid ? ShadowOutcome::same_first
                                                                            : ShadowOutcome::other_first;
  }
  return ranking;
}

// Whatever goes wrong here is no trouble of the search's.
void Arranger::watch_shadow(const Gathered& gathered, const ArrangedSearch& search) {
  struct LeftOut {
    TimeLimit& limit;
    const TimeLimit::Clock::time_point begin = TimeLimit::Clock::now();
    ~LeftOut() { limit.leave_out(TimeLimit::Clock::now() - begin); }
  } left_out{search.limit};
  search.clock.begin(Step::shadow);
  std::string problem;
  try {
    *search.shadow = order_of_shadow(gathered, search);
    return;
  } catch (const Xapian::Error& error) {
    problem = error.get_description();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (reported_of_shadow_.insert(problem).second && on_problem_) on_problem_("the shadow gave no order: " + problem);
}

// What it would have shown if it had been served: with its own generator's picks, and without those of another.
ShadowOrder Arranger::order_of_shadow(const Gathered& of_served, const ArrangedSearch& search) {
  const TimeLimit limit(shadow_limit_);
  const Model& model = shadow_->refresh();
  std::optional<Gathered> own;
  if (model.collection() || served_.model().collection()) own = gathering_.gather(*shadow_, search.found, limit);
  const Gathered& gathered = own ? *own : of_served;
  std::vector<RankedHit> hits;
  append_added(hits, gathered);  // by their docids alone: nobody is shown them
  if (hits.empty()) throw Error("it finds nothing");
  const FeatureMatrix rows = rows_of(*shadow_, gathered.candidates, search, limit);
  const Eigen::VectorXf scores = candidate_scores(model, rows, gathered.pool_size, model.ranker());
  return {model.version(), docids_of(ranked_by(scores, std::move(hits), gathered))};
}

std::vector<RankedHit> Arranger::arrange_served(std::vector<RankedHit> hits, const Gathered& gathered,
                                                const ArrangedSearch& search) {
  const Model& model = served_.model();
  const FoundSearch& found = search.found;
  search.clock.begin(Step::features);
  SearchFigures* const figures = search.clock.figures();
  const FeatureMatrix rows = measured_rows(served_, gathered.candidates, search, figures);
  search.clock.begin(Step::order);
  if (figures) {
    count_values(rows, *figures);
    figures->contexts = served_.columns().states_of(found.request.context);
  }
  const Eigen::VectorXf scores = candidate_scores(model, rows, gathered.pool_size, model.ranker());
  set_scores(hits, gathered, scores);
  if (search.explains) explain(hits, model, gathered, rows, scores);
  const bool needs_key = explore_ > 0.0 || interleave_;
  const std::string whole_key = needs_key ? search_key(found.request.key, found.query) : std::string();
  if (explore_ > 0.0 && explores(whole_key, explore_)) {
    const Eigen::VectorXd logits =
        policy_logits(model, rows, gathered.pool_size, explore_temperature_, gathered.recalled);
    return drawn(std::move(hits), logits, whole_key);
  }
  std::optional<std::vector<Xapian::docid>> other;
  if (interleave_) other = order_of_rival(hits, gathered, search);
  hits = ranked_by(scores, std::move(hits), gathered);
  return other ? interleaved(std::move(hits), *other, whole_key) : hits;
}

// The rival reorders the same candidates, by the same memory; the first stage leaves what was added at the end. Nothing
// if the rival cannot answer; an index that cannot be read, a Xapian::Error, is the search's trouble and not the
// rival's.
std::optional<std::vector<Xapian::docid>> Arranger::order_of_rival(const std::vector<RankedHit>& hits,
                                                                   const Gathered& gathered,
                                                                   const ArrangedSearch& search) {
  if (!rival_) return docids_of(hits);
  std::string problem;
  try {
    const Model& current = rival_->refresh();
    std::vector<Candidate> candidates = gathered.candidates;
    set_generator_scores(*rival_, search.found, candidates);
    const FeatureMatrix rows = rows_of(*rival_, candidates, search, search.limit);
    return docids_of(ranked_by(candidate_scores(current, rows, gathered.pool_size, current.ranker()), hits, gathered));
  } catch (const std::exception& error) {
    problem = error.what();
  }
  search.limit.check();  // which may be what was thrown
  if (reported_of_rival_.insert(problem).second && on_problem_)
    on_problem_("not interleaved with the rival: " + problem);
  return std::nullopt;
}

}  // namespace irgan
