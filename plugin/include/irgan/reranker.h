/// Puts a trained model into a live Xapian search.
#pragma once

#include <xapian.h>

#include <memory>
#include <vector>

#include "irgan/model_source.h"
#include "irgan/rerank_options.h"
#include "irgan/reranked_page.h"

namespace irgan {

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
  /// request: its key, typed_text, context and mdecider are read; the rest of it has been answered by `hits`
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
