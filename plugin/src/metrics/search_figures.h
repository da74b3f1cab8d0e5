/// What one search came to, in numbers.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "irgan/errors.h"

namespace irgan {

/// What became of the order of a search's hits. The names are those that the metrics show (kOutcomeNames).
enum class Outcome : std::size_t {
  reranked,
  // left alone, since nothing was to be done
  not_by_relevance,  ///< sorted otherwise, or collapsed behind a server
  no_hits,
  only_counts,    ///< no hits were asked for
  not_of_share,   ///< the module reranks a share of the queries
  program_error,  ///< the search itself failed, with or without us
  // the original order in place of the model's
  model,       ///< there is none, or it is damaged
  misfit,      ///< it does not fit the index as it stands
  time_limit,  ///< it took longer than it may
  index,       ///< the index could not be read
  server,      ///< a shard is behind a server, and documents' ids are in no slot
  other
};
constexpr std::size_t kNumOutcomes = 12;
constexpr std::size_t kFirstLeftAlone = static_cast<std::size_t>(Outcome::not_by_relevance);
constexpr std::size_t kFirstFallback = static_cast<std::size_t>(Outcome::model);
constexpr std::array<const char*, kNumOutcomes> kOutcomeNames = {
    "reranked", "not_by_relevance", "no_hits",    "only_counts", "not_of_share", "program_error",
    "model",    "misfit",           "time_limit", "index",       "server",       "other"};

/// What a search's time is spent on.
enum class Step : std::size_t {
  first_pass,   ///< Xapian's own search
  model,        ///< looking for a newer model, and whether it fits
  candidates,   ///< hits, and what generator and memory add
  features,     ///< a row a candidate
  order,        ///< scores, and the order that they make
  shadow,       ///< the order of a model that is only watched
  second_pass,  ///< the page in the new order
};
constexpr std::size_t kNumSteps = 7;
constexpr std::array<const char*, kNumSteps> kStepNames = {"first_pass", "model",  "candidates", "features",
                                                           "order",      "shadow", "second_pass"};

/// What a model that is only watched came to.
enum class ShadowOutcome { none, same_first, other_first, failed };

/// What features are measured by: those that are of no field, and each of a field, whatever the field. The time of
/// reading a list of the index is that of the first feature which needs it.
constexpr std::size_t kNumFeatureKinds = 29;
constexpr std::size_t kFirstFieldKind = 6;
constexpr std::array<const char*, kNumFeatureKinds> kFeatureKindNames = {"first_stage.score",
                                                                         "first_stage.log_rank",
                                                                         "generator.score",
                                                                         "query.length",
                                                                         "context",
                                                                         "value",
                                                                         "bm25",
                                                                         "coverage",
                                                                         "idf_coverage",
                                                                         "density",
                                                                         "length",
                                                                         "exact_match",
                                                                         "click_share",
                                                                         "word_share",
                                                                         "trigram_jaccard",
                                                                         "trigram_coverage",
                                                                         "joined_match",
                                                                         "prefix_match",
                                                                         "fuzzy_coverage",
                                                                         "fuzzy_share",
                                                                         "part_share",
                                                                         "number_match",
                                                                         "number_surplus",
                                                                         "dirichlet",
                                                                         "jelinek_mercer",
                                                                         "tf_idf",
                                                                         "log_wdf",
                                                                         "idf_sum",
                                                                         "min_wdf"};

/// What a search says of a context that the model asks for.
enum class ContextState : std::size_t {
  known,   ///< a value that the model has learnt from
  unseen,  ///< another one
  missing  ///< nothing
};
constexpr std::size_t kNumContextStates = 3;
constexpr std::array<const char*, kNumContextStates> kContextStateNames = {"known", "unseen", "missing"};

struct SearchFigures {
  Outcome outcome = Outcome::other;
  bool is_explored = false;
  ShadowOutcome shadow = ShadowOutcome::none;
  std::array<std::chrono::nanoseconds, kNumSteps> steps{};            ///< 0: not taken
  std::array<std::chrono::nanoseconds, kNumFeatureKinds> features{};  ///< likewise, of the served model's
  std::array<std::uint64_t, kNumContextStates> contexts{};            ///< contexts that the model asks for, by state
  std::uint64_t num_documents = 0;                                    ///< that got feature rows
  std::uint64_t num_incomplete = 0;                                   ///< of them: lacks a value
  std::uint64_t num_values = 0;
  std::uint64_t num_missing = 0;
  std::uint64_t model = 0;  ///< the first 16 digits of its version; 0: none
};

/// Measures the steps of a search.
///
/// Threads: one
class StepClock {
 public:
  /// figures: null: nothing is measured
  explicit StepClock(SearchFigures* figures) : figures_(figures) {
    if (figures_) begin_ = Clock::now();
  }
  ~StepClock() { end(); }
  StepClock(const StepClock&) = delete;
  StepClock& operator=(const StepClock&) = delete;

  /// Ends the step before, and begins the next one.
  void begin(Step step) {
    if (figures_) {
      const Clock::time_point now = Clock::now();
      if (is_running_) figures_->steps[static_cast<std::size_t>(step_)] += now - begin_;
      begin_ = now;
    }
    step_ = step;
    is_running_ = true;
  }
  void end() {
    if (is_running_) begin(step_);
    is_running_ = false;
  }

  /// The step that was begun last.
  Step step() const { return step_; }
  SearchFigures* figures() const { return figures_; }

 private:
  using Clock = std::chrono::steady_clock;

  SearchFigures* figures_;
  Clock::time_point begin_{};
  Step step_ = Step::model;
  bool is_running_ = false;
};

}  // namespace irgan
