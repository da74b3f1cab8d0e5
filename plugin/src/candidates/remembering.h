/// Brings a click memory into the searches of one Database.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/memory_source.h"
#include "irgan/model.h"
#include "irgan/query_words.h"
#include "irgan/rerank_options.h"
#include "irgan/value_cache.h"

namespace irgan {

/// The search that a memory is asked about.
struct RecallRequest {
  const Xapian::Query& query;
  std::string text;                    ///< as typed; empty: the words are read from `query`
  const std::vector<Candidate>& pool;  ///< in first-stage order
  bool may_add = true;                 ///< whether documents outside the pool may join
  const Xapian::MatchDecider* mdecider = nullptr;
};

/// What a memory says of one search.
struct Recalled {
  std::vector<Candidate> candidates;  ///< the pool, then the added documents, whose first-stage score is missing
  Eigen::VectorXd clicks;             ///< C_qd of each
  double num_clicks = 0.0;            ///< C_q
  double prior_clicks = 1.0;          ///< k
};

/// Returns the chances that the memory makes of the model's scores; without it the scores as they are.
Eigen::VectorXd final_scores(const Eigen::VectorXf& scores, const std::optional<Recalled>& recalled);

/// Returns the logits that pages are drawn by, at `temperature`: with a memory, what has been clicked moves them as it
/// moves the order.
///
/// pool_size: as in candidate_scores
/// Throws: Error if they are not finite
Eigen::VectorXd policy_logits(const Model& model, const FeatureMatrix& rows, std::size_t pool_size, double temperature,
                              const std::optional<Recalled>& recalled);

/// Threads: one
class IRGAN_API Remembering {
 public:
  /// values: remembers which documents the memory's ids are, and outlives this; null: they are looked up each time
  Remembering(Xapian::Database db, std::shared_ptr<MemorySource> source, AddedCandidates added,
              ProblemListener on_problem, ValueCache* values = nullptr);

  /// Returns nothing if there is no memory, or it has nothing to say. Trouble with it is told, each once, and is no
  /// more than having none. A document is added only if Xapian finds it under the query's filters and by the decider.
  ///
  /// Throws: what the listener throws; Xapian::DatabaseModifiedError
  std::optional<Recalled> recall(const Model& model, const RecallRequest& request);

 private:
  std::optional<Recalled> recall_or_throw(const Model& model, const RecallRequest& request);
  void tell(const std::string& problem);

  const Xapian::Database db_;
  const std::shared_ptr<MemorySource> source_;
  const AddedCandidates added_;
  const ProblemListener on_problem_;
  ValueCache* const values_;
  std::set<std::string> told_;
  std::optional<bool> is_behind_server_;
  std::string words_for_;  // the version of the model whose fields words_ knows
  std::optional<QueryWords> words_;
};

}  // namespace irgan
