/// What training sees: pools of feature rows, and examples that say which documents of a pool people clicked.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "irgan/collection_generator.h"
#include "irgan/feature_extractor.h"
#include "irgan/feature_rows.h"
#include "irgan/feature_schema.h"
#include "irgan/model.h"
#include "irgan/pool_range.h"

namespace irgan {

/// What the labels of a data set are.
enum class LabelKind {
  grades,       ///< judgments; gain 2^grade - 1, every query weighs the same
  clicks,       ///< (decayed) clicks over the whole pool, without what was shown
  impressions,  ///< clicks on result pages, with the rank of each shown document, for which training learns an offset
  shown,        ///< what a click model made of clicks on result pages: labels of shown documents that need no offset
};

/// Whether examples hold only what was shown, and its ranks.
inline bool is_of_pages(LabelKind kind) { return kind == LabelKind::impressions || kind == LabelKind::shown; }

IRGAN_API const char* to_string(LabelKind kind);
/// Throws: ConfigError listing the names.
IRGAN_API LabelKind label_kind_from_string(const std::string& name);

/// The candidates of one query.
struct Pool {
  std::string query_id;
  std::vector<std::string> document_ids;  ///< one a row; none where nobody asked for them
  FeatureRows rows;                       ///< in first-stage order
  PoolRange range;                        ///< of found_rows()
  Eigen::Index num_added = 0;             ///< the last rows: documents that the first stage did not find

  Eigen::Ref<const FeatureMatrix> found_rows() const { return rows.topRows(rows.rows() - num_added); }
};

/// One unit of training: a query, or one result page of it.
struct Example {
  std::size_t pool = 0;
  std::vector<Eigen::Index> rows;  ///< of the pool: all of them, or those on the page
  std::vector<int> ranks;          ///< where each was shown, 1-based; empty without impressions
  Eigen::VectorXd labels;          ///< a row each: grade, or number of clicks
  Eigen::VectorXd shown;           ///< a row each: how often it was; empty where that is not known
  Eigen::VectorXd last_clicks;  ///< a row each: in how many views of the page its click was the lowest; empty: in none,
                                ///< or not known

  bool is_of_page() const { return !ranks.empty(); }
};

/// Whether an example stands beside the pages of its query, over its whole pool.
inline bool is_beside_pages(const Example& example, LabelKind kind) {
  return is_of_pages(kind) && !example.is_of_page();
}

/// How labels came about, for the record.
struct LabelOrigin {
  std::string click_model;          ///< its name; empty: labels are judgments, or nobody said
  double half_life_days = 0.0;      ///< that clicks were decayed by; 0: in full
  std::vector<double> examination;  ///< by rank, that clicks were corrected by; empty: by none
  std::string split;                ///< what parted validation from training
  double going_on = 0.0;  ///< the chance that users look at the next document, as dbn has it; 0: nothing like it
  std::optional<double> first_time{};  ///< of the rows that have one, in seconds since 1970 UTC
  std::optional<double> last_time{};
};

/// Which part of a query's weight each of its examples has, and what the query weighs.
enum class QueryWeight {
  one,
  sqrt,  ///< the root of its clicks
  clicks,
};

/// Pools and examples with what is needed to make a model of them.
///
/// All matrices have one column a schema feature.
struct TrainingData {
  FeatureSchema schema;
  IndexFacts facts;
  std::size_t depth = 100;  ///< candidates a query
  LabelKind labels = LabelKind::grades;
  LabelOrigin origin;
  std::vector<Pool> pools;
  std::vector<Example> examples;
  std::optional<CollectionGenerator> generator{};  ///< over the whole collection, whose picks are in the pools
};

/// Returns what each row of an example is worth: 2^grade - 1, or its clicks; none below 0.
IRGAN_API Eigen::VectorXd gains_of(const Example& example, LabelKind kind);

/// Returns the probability p_true(d|q) that an example's labels stand for.
///
/// Shapes:   result: a row each, adds up to 1
/// Requires: a positive label
IRGAN_API Eigen::VectorXd true_distribution(const Example& example, LabelKind kind);

/// Whether an example says anything: at least two documents and a positive label.
IRGAN_API bool is_informative(const Example& example);

/// Returns how much each example counts, with mean 1: its share, by clicks, of what its query weighs. Judged queries
/// all weigh the same.
///
/// An example beside pages weighs `beside_pages` times what its query does.
///
/// Examples of one query are those of pools with its id, since its clicks may be dealt over several parts of the log.
///
/// Requires: example.pool is in `pools`, unless that is empty: then each pool is a query of its own
/// Source: measured on bestbuy: the root raised MRR from .638 to .652; equal weights and the number of clicks were
/// worse
IRGAN_API std::vector<double> query_weights(const std::vector<Example>& examples, LabelKind kind,
                                            QueryWeight weight = QueryWeight::sqrt, const std::vector<Pool>& pools = {},
                                            double beside_pages = 1.0);

/// Returns a digest of everything in `data` that training depends on.
IRGAN_API std::string fingerprint(const TrainingData& data);

}  // namespace irgan
