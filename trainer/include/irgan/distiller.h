/// From a model and an index to the forms in which Xapian itself can search, and how much of the model each keeps.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/distilled_forms.h"
#include "irgan/judgment_reading.h"
#include "irgan/near_terms.h"
#include "irgan/site.h"

namespace irgan {

/// Below, a dozen numbers are not to be had.
inline constexpr std::size_t kFewestDistilledQueries = 20;

struct DistillerOptions {
  std::string model;    ///< file; empty: the model in the index
  std::string vectors;  ///< file that a generator over the whole collection picks by; needed with such a model alone
  std::string queries;  ///< file of queries to fit on, which need no judgments
  std::string test_queries;        ///< file of queries to measure on; empty: the fourth of `queries` that is held out
  std::string qrels;               ///< file of judgments to measure by; empty: by agreement with the model
  std::size_t depth = 0;           ///< candidates a query; 0: as the model was trained
  std::size_t max_queries = 1000;  ///< to fit on, spread over the file
  std::function<void(const JudgmentReading&)> on_judgments = [](const JudgmentReading&) {};  ///< have been read
  std::function<void(double share_done)> on_progress = [](double) {};
  ProblemListener on_problem;  ///< is told of lines of the files that are left out
};

/// nDCG@10 of each way to rank, a value a query; without judgments the model's own first document has the gain 10, its
/// tenth 1.
struct DistilledQuality {
  std::vector<double> first_stage;
  std::vector<double> stock;
  std::vector<double> mixture;
  std::vector<double> model;
  std::vector<double> omega_before;  ///< the first stage where queries look only at words without a prefix
  std::vector<double> omega;
  std::vector<double> near;  ///< the stock form with near terms; empty where the model has no such generator
};

struct Distillation {
  DistilledSearch stock;    ///< BM25 and scaled fields
  DistilledSearch mixture;  ///< irgan::Weight and scaled fields
  DistilledSearch omega;    ///< BM25's parameters for queries that look only at words without a prefix
  DistilledQuality ndcg;
  std::shared_ptr<const NearTerms> near_terms;  ///< null where the model has no generator over the whole collection
  NearTermUse near_use;  ///< the best beside the stock form, by agreement with the model on held-out queries
};

/// Distils the model in each form, and measures them.
///
/// Throws: Error if fewer than kFewestDistilledQueries queries have two candidates, if no query has a text, or none to
///         measure on is judged; what reading, searching and reranking throw
IRGAN_API Distillation distil_model(const Site& site, const DistillerOptions& options);

}  // namespace irgan
