/// Puts a trained model into a live Xapian search.
#pragma once

#include <xapian.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/interleave.h"
#include "irgan/memory_source.h"
#include "irgan/model.h"
#include "irgan/model_source.h"
#include "irgan/value_cache.h"

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

struct RerankOptions {
  std::size_t depth = 0;                                  ///< candidates to rescore; 0: as the model was trained
  Fallback rerank_fallback = Fallback::rethrow;           ///< of rerank()
  Fallback get_mset_fallback = Fallback::original_order;  ///< of search() and get_mset(): a live search never fails by the model
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
  /// Reorders the same pool. Trouble with it is told once a message, and the model's order is served, its hits of
  /// Team::none.
  std::shared_ptr<ModelSource> rival;
  /// What was clicked before, which then decides beside the model (scores_with_memory). Nothing: the model alone.
  /// Trouble with it is told once, and the model alone answers; so it is for databases with a shard behind a server.
  std::shared_ptr<MemorySource> memory;
  AddedCandidates added;
};

/// A hit in its new place.
struct RankedHit {
  Xapian::docid docid = 0;
  double score =
      0.0;  ///< raw model score, or the chance that scores_with_memory gives; comparable within one query only
  double first_stage_weight = 0.0;  ///< what Xapian gave; 0 for what the memory added
  int first_stage_percent = 0;
  std::size_t first_stage_rank = 0;  ///< 1-based; 0 for what the memory added
  Xapian::doccount collapse_count = 0;
  std::vector<float> contributions;  ///< what each feature adds (Model::explain); empty unless asked for
  /// Of being drawn next, given those drawn before, in nats, at most 0; nothing unless the search explored.
  std::optional<double> log_probability;
  Team team = Team::none;  ///< whose hit it is, where two orders are interleaved
};

/// What a search is asked for: what Xapian::Enquire::get_mset takes, and whom it is for.
struct SearchRequest {
  Xapian::doccount first = 0;     ///< 0-based
  Xapian::doccount maxitems = 0;  ///< 0: only the counts are wanted
  Xapian::doccount check_at_least = 0;
  const Xapian::RSet* rset = nullptr;
  const Xapian::MatchDecider* mdecider = nullptr;
  /// The id of a session or a request. The same key and query give the same page, drawn, interleaved or not, so that
  /// later pages continue the first; without a key the query alone decides.
  std::string key = {};
  /// What the user typed: the memory looks the query up by this text. Without it, by the words in the Xapian::Query,
  /// which is the same for a query that Xapian's parser made of it.
  std::string typed_text = {};
};

/// A page of a search, and how it came about.
struct RerankedPage {
  Xapian::MSet mset;
  /// The pool in its new order, from rank 1 on whatever the page: the hit at `first` + i of the page is head[first + i],
  /// as long as there are as many. Empty if the page has its original order.
  std::vector<RankedHit> head;
  std::string model_version;  ///< of the model that ordered the page; empty if it has its original order
  bool explored = false;      ///< whether its order was drawn from the policy
};

/// Reorders the head of a Xapian result list with a trained model.
///
/// Threads: the model source may be shared; give each thread its own Reranker and Database.
class IRGAN_API Reranker {
 public:
  /// A WritableDatabase, whose values may change without a commit, is given as such and not as a copy of type Database:
  /// its values are not kept in memory.
  ///
  /// Throws: ConfigError if explore or explore_temperature is out of its range, or a rival is given without interleave
  Reranker(const Xapian::Database& db, std::shared_ptr<ModelSource> models, RerankOptions options = {});
  ~Reranker();

  /// Returns the first min(depth, hits.size()) hits, best first, unless the search explores or is interleaved; `hits`
  /// starts at rank 1. A memory puts among them up to AddedCandidates' numbers of further documents, of
  /// first_stage_rank 0. A remote index is read by Xapian's plain calls, some for each hit: search() needs few.
  ///
  /// request: its key, typed_text and mdecider are read; the rest of it has been answered by `hits`
  /// Units:   ties keep Xapian's order; with a memory, equal chances go by the model's score first.
  /// Throws:  FormatError if the first model needs a feature this build cannot extract (of a later one, on_problem is
  ///          told and the model before stays); Xapian::DatabaseModifiedError if the index moved on: reopen and search
  ///          again; Error if max_rerank_time is over. With Fallback::original_order none of these: the original order,
  ///          scores falling by 1 a rank.
  /// Cost:    O(depth * features * hidden)
  std::vector<RankedHit> rerank(const Xapian::Query& query, const Xapian::MSet& hits,
                                const SearchRequest& request = {}) const;

  /// As rerank, each hit with what every feature contributed to its score.
  std::vector<RankedHit> explain(const Xapian::Query& query, const Xapian::MSet& hits,
                                 const SearchRequest& request = {}) const;

  /// Returns the page in the new order: a genuine MSet, whose weights are shifted scores (where it explores or is
  /// interleaved, ranks) and whose bounds on the number of matches are the first stage's.
  ///
  /// The pool is the first `depth` hits of `enquire`'s query whatever the page; later hits follow in their old order.
  ///
  /// What the memory adds:
  ///   - Its documents stand among the pool, once each; those that the query does not find by itself are counted in the
  ///     bounds.
  ///   - None is added that the query's filters or the decider exclude, nor where hits are collapsed.
  ///
  /// What keeps its original order:
  ///   - Results whose order is not falling relevance: a sort by value or docid, a boolean weight.
  ///   - Databases with remote shards whose documents' ids are in no value slot (`xapian-irgan annotate --ids`), at no
  ///     cost; on_problem is told once. With ids, a page takes some seven searches; its counts are those of the query
  ///     without a cutoff, and collapsed results keep their order.
  ///
  /// What acts when:
  ///   - Match spies, cutoffs, collapsing and the decider act in the first pass only. But the decider is asked again
  ///     about documents that a memory may add.
  ///   - Term weights, percentages and collapse counts are lost in the MSet; `head` has the last two.
  ///   - Where enquire's own page is needed after the first pass (a sort by value, a failure of the model), enquire's
  ///     match spies are cleared before, since they have counted every match: keep spies yourself, instead of
  ///     release()-ing them to Xapian, or clearing deletes them.
  ///
  /// Throws: what enquire.get_mset throws by itself, the decider's own errors among it; what rerank throws, and Error
  ///         for remote shards, only under Fallback::rethrow.
  RerankedPage search(Xapian::Enquire& enquire, const SearchRequest& request) const;

  /// Returns search()'s mset: stands where enquire.get_mset(...) stood.
  Xapian::MSet get_mset(Xapian::Enquire& enquire, Xapian::doccount first, Xapian::doccount maxitems,
                        Xapian::doccount check_at_least = 0, const Xapian::RSet* rset = nullptr,
                        const Xapian::MatchDecider* mdecider = nullptr) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
