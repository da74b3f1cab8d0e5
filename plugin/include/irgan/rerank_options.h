/// How a Reranker works.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "irgan/errors.h"
#include "irgan/memory_source.h"
#include "irgan/metrics.h"
#include "irgan/model_source.h"
#include "irgan/value_cache.h"
#include "irgan/vector_source.h"

namespace irgan {

/// What a search does when the model cannot answer.
enum class Fallback {
  original_order,  ///< serve the first stage's own result, and tell on_problem
  rethrow,         ///< let the error through
};

/// Documents that a click memory puts beside the first stage's candidates. Each costs a look-up in the index and a
/// feature row.
struct AddedCandidates {
  std::size_t clicked = 100;  ///< at most so many that were clicked for the query, those with most clicks
  std::size_t by_words = 50;  ///< at most so many by the words of clicked queries
};

/// How messages to RerankOptions::on_problem begin that are about the memory.
inline constexpr const char* kMemoryTrouble = "ranked without the click memory: ";

/// How messages begin that say what of the index has been lost since the model was trained, though it still fits.
inline constexpr const char* kModelDrift = "the model fits the index less well than when it was trained: ";

struct RerankOptions {
  std::size_t depth = 0;                         ///< candidates to rescore; 0: as the model was trained
  Fallback rerank_fallback = Fallback::rethrow;  ///< of rerank()
  Fallback get_mset_fallback =
      Fallback::original_order;  ///< of search() and get_mset(): a live search never fails by the model
  /// What reranking may add to one search, the first pass not counted, before it gives up; 0: no bound. It is looked at
  /// between steps (the model, each feature, the second pass), so that one step can overrun it.
  std::chrono::microseconds max_rerank_time{0};
  ProblemListener on_problem;
  /// Holds the index's value slots in memory; Rerankers of one index may share one. Nothing: each has one of its own.
  std::shared_ptr<ValueCache> values;

  /// Share of the searches, from 0 to 1, whose pool comes in an order drawn from the policy, so that the log learns of
  /// documents that the model puts too low. The policy is the generator's softmax over the pool; of a model without a
  /// generator, the served score's. The caller's key (SearchRequest::key) and the query decide which searches explore,
  /// and what is drawn.
  double explore = 0.0;
  /// Divides the policy's logits: above 0; below 1 stays nearer to the best order, above 1 strays farther.
  double explore_temperature = 1.0;
  /// Mixes the model's order (Team::first) with that of `rival`, or the first stage's if there is none (Team::second),
  /// by team draft, decided by the same key. A search that explores is not interleaved.
  bool interleave = false;
  /// Reorders the same pool, picks of its own left out. Trouble with it is told once a message, and the model's order
  /// is served, its hits of Team::none.
  std::shared_ptr<ModelSource> rival;
  /// What was clicked before, which then decides beside the model (scores_with_memory). Nothing: the model alone.
  /// Trouble with it is told once, and the model alone answers; so it is for databases with a shard behind a server.
  std::shared_ptr<MemorySource> memory;
  AddedCandidates added;
  /// Of the collection, for models whose generator picks from all of it: those that it was learnt on, or made from them
  /// for a later state of the index. Such a model without them cannot answer.
  std::shared_ptr<VectorSource> vectors;
  /// A model that is only watched: search() ranks by it, too, and gives that order in
  /// RerankedPage::shadow to be logged. The page stays as it is whatever the shadow does: trouble with it is told once
  /// a message and counted, and its time, itself bounded by max_rerank_time, is not of the search's account. It ranks
  /// as many of the first stage's hits as the served model, with its own generator's picks where it has one over the
  /// collection, by the same vectors.
  std::shared_ptr<ModelSource> shadow;
  /// Counts each search, for Prometheus; Rerankers of one process share one. Nothing: nothing is counted.
  std::shared_ptr<Metrics> metrics;
};

}  // namespace irgan
