/// How good rankings are by a log of later searches, whose users saw another order.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/query_file.h"

namespace irgan {

/// A ranking to judge.
struct JudgedRanking {
  std::string name;
  /// Returns the ids of a query's documents, the best first; none if the ranking does not have the query.
  std::function<std::vector<std::string>(const QueryRow& query)> documents;
};

struct LaterLogOptions {
  std::size_t depth = 10;  ///< ranks that count
  /// Features "context.NAME=VALUE" of the rankings' models: each is asked for a query's order in every context that the
  /// log has it in, and judged by the searches of that context.
  std::vector<std::string> contexts;
  std::vector<double> examination;  ///< how often each rank is looked at, that of rank 1 being 1; empty: by the log
  int num_replicates = 200;         ///< of the bootstrap over sessions
  std::uint64_t seed = 1;
};

/// A number with its interval of 95 %, by a bootstrap over sessions.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// What the log says of one ranking.
struct LaterVerdict {
  std::string name;
  /// From impressions: expected clicks a search on documents that the log has shown; from clicks alone: MRR of them.
  Estimate value;
  Estimate against_first;  ///< less that of the first of all rankings
  double p = 1.0;          ///< of that difference, two-sided
  double uncovered = 0.0;  ///< share of the looks at the ranking that fall on documents that the log never showed
  double effective_searches = 0.0;  ///< so many searches with this ranking itself would say as much
  Estimate ndcg;                    ///< from clicks alone
  /// Of pages drawn with logged chances: clicks a search on the ranking's first document, self-normalised (SNIPS) and
  /// doubly robust; nothing if no drawn page begins with it.
  std::optional<Estimate> first_snips;
  std::optional<Estimate> first_doubly_robust;
  double num_matching_pages = 0.0;  ///< drawn pages that begin with the ranking's first document
};

struct LaterLogReport {
  bool has_impressions = false;
  std::string why_nothing;  ///< why impressions say nothing of rankings; empty: they do
  std::uint64_t num_searches = 0;
  std::uint64_t num_sessions = 0;
  std::uint64_t num_drawn_pages = 0;
  std::size_t depth = 0;            ///< ranks that count, as far as their examination is known
  std::vector<double> examination;  ///< by rank
  bool is_examination_given = false;
  std::size_t num_telling_pairs = 0;   ///< that examination is estimated from
  std::vector<LaterVerdict> verdicts;  ///< the order that was served first, where the log says it
};

/// Judges `rankings` by the log's clicks.
///
/// Impressions: a click says of a document d for a query q that it was looked at and attracts; with the chance e(r)
/// that rank r is looked at (position-based model), attraction a(q,d) = clicks / sum over showings of e(rank), and a
/// ranking's expected clicks a search are the sum of e(r) a(q, d_r) over its first ranks, mean over the log's searches.
/// Documents that were never shown count 0, and how much they are is stated.
/// Source: Joachims, Swaminathan, Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM 2017; Li et al.,
///         "Offline Evaluation of Ranking Policies with Click Models", KDD 2018 (item-position model)
/// Drawn pages: Swaminathan, Joachims, "The Self-Normalized Estimator for Counterfactual Learning", NIPS 2015; Dudik,
///         Langford, Li, "Doubly Robust Policy Evaluation and Learning", ICML 2011
/// Intervals: 1.96 deviations of a Poisson bootstrap over sessions, in which examination is estimated anew
///
/// queries: of the log, by their ids or words
/// Throws:  Error if the log has no click on a query of `queries`; what reading a log throws
/// Cost:    memory by rows; replicates times (rows + a hundred times pairs of query, document and rank)
IRGAN_API LaterLogReport judge_by_later_log(const std::vector<std::string>& clicks, const ClickLogOptions& reading,
                                            const std::vector<QueryRow>& queries,
                                            const std::vector<JudgedRanking>& rankings,
                                            const LaterLogOptions& options = {});

}  // namespace irgan
