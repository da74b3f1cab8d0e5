/// A report on a model, for the owner of a site and for researchers: is its order better, by how much, for which
/// queries, and why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/later_log.h"
#include "irgan/model.h"
#include "irgan/qrels.h"
#include "irgan/query_file.h"
#include "irgan/rerank_options.h"
#include "irgan/serving_history.h"
#include "irgan/significance.h"
#include "irgan/site.h"
#include "irgan/training_record.h"

namespace irgan {

/// A model that is compared with the one reported on.
struct RivalModel {
  std::string name;  ///< what the report calls it
  std::shared_ptr<const Model> model;
};

struct ReportOptions {
  std::shared_ptr<const Model> model;
  std::string model_name;           ///< for messages
  std::vector<RivalModel> rivals;   ///< beside the site's own order
  std::vector<QueryRow> queries;    ///< at least one
  std::optional<Qrels> judgments;   ///< of the queries; without them nothing is measured
  int relevance_level = 1;          ///< the lowest label of a good document
  std::vector<std::string> clicks;  ///< files of a click log; empty: none
  /// Files of a log of later searches, whose clicks judge the model and its rivals; empty: none.
  std::vector<std::string> later_clicks;
  ClickLogOptions log_options = {};
  RerankOptions reranking = {};       ///< memory and vectors of the model; its depth is the model's
  std::size_t num_shown_queries = 5;  ///< that won most, and as many that lost most
  unsigned num_threads = 0;           ///< 0: one a processor
  std::uint64_t seed = 1;             ///< of the test and the intervals
  std::function<void(double share_done)> on_progress = {};
};

/// How good one order is.
struct ReportedRanking {
  std::string name;
  Interval ndcg;               ///< nDCG@10
  double reciprocal_rank = 0;  ///< mean
  double good_in_three = 0;    ///< share of queries with a good document among the first three
  Interval gain;               ///< of the model over this order, in nDCG@10; all 0 for the model itself
  double p = 1.0;              ///< of the gain, by the paired randomisation test
};

struct ReportedHit {
  std::string id;
  std::string title;
  std::optional<bool> is_good;                          ///< by the judgments; nothing: not judged
  double clicks = 0.0;                                  ///< of this query, in the log
  std::size_t rank_before = 0;                          ///< in the site's own order; 0: it did not have the document
  std::vector<std::pair<std::string, double>> reasons;  ///< features that moved it most, and by how much of the score
};

/// One query in both orders.
struct ReportedQuery {
  std::string id;
  std::string text;
  double before = 0.0;  ///< nDCG@10; 0 without judgments
  double after = 0.0;
  std::vector<ReportedHit> first_stage;   ///< the first hits
  std::vector<ReportedHit> of_the_model;  ///< the same in the new order
};

struct ReportedRank {
  int rank = 0;
  double shown = 0.0;  ///< 0 where the log has clicks alone
  double clicks = 0.0;
  double examination = 0.0;  ///< as the model estimated it, rank 1 = 1; NaN: not estimated
};

struct ReportedFeature {
  std::string name;
  double importance = 0.0;         ///< mean size of what it adds to a candidate's score
  std::vector<float> edges;        ///< of its bins, from training
  bool has_even_bins = false;      ///< in training each bin held an equal share of the values
  std::vector<double> shares;      ///< of today's values in each bin, those outside among the first and the last
  double outside = 0.0;            ///< share of today's values below the first or above the last edge
  double missing = 0.0;            ///< share of today's candidates without a value
  std::optional<Interval> loss{};  ///< of nDCG@10 without it, as training measured it; nothing: it did not
};

/// What a report holds; report_page() shows it.
struct Report {
  std::string model_version;
  std::size_t num_documents = 0;
  std::size_t num_queries = 0;            ///< that were asked
  std::size_t num_judged = 0;             ///< of them, with judgments, which alone are measured
  std::vector<ReportedRanking> rankings;  ///< the site's own order, the rivals, the model; empty without judgments
  std::vector<double> gains;              ///< of each judged query over the site's own order, ascending
  std::vector<ReportedQuery> winners;     ///< the largest gain first; without judgments the most changed
  std::vector<ReportedQuery> losers;      ///< the largest loss first
  std::vector<ReportedRank> ranks;        ///< empty without a log
  std::vector<ReportedFeature> features;  ///< the most important first
  std::size_t num_found = 0;              ///< hits among the first ten that the site's own search did not have
  std::size_t num_found_good = 0;         ///< of them, those judged good
  std::vector<ReportedQuery> found;       ///< queries that have such; of_the_model holds these hits alone
  TrainingRecord record;
  std::optional<LaterLogReport> later;  ///< the served order, the rivals, the model
  std::vector<ServingChange> served;    ///< what the index served since when, the oldest first
};

}  // namespace irgan
