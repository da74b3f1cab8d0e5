/// What training sees: pools of feature rows, and examples that say which documents of a pool people clicked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "irgan/feature_extractor.h"
#include "irgan/feature_schema.h"
#include "irgan/model.h"
#include "plugin/src/encoding.h"

namespace irgan {

/// What the labels of a data set are.
enum class LabelKind {
  grades,       ///< judgments; gain 2^grade - 1, every query weighs the same
  clicks,       ///< (decayed) clicks over the whole pool, without what was shown
  impressions,  ///< clicks on result pages, with the rank of each shown document
};

IRGAN_API const char* to_string(LabelKind kind);
/// Throws: ConfigError listing the three names.
IRGAN_API LabelKind label_kind_from_string(const std::string& name);

/// The candidates of one query.
struct Pool {
  std::string query_id;
  std::vector<std::string> document_ids;  ///< one a row
  FeatureMatrix rows;                     ///< documents x features, in first-stage order; NaN is missing
  PoolRange range;                        ///< of `rows`
};

/// One unit of training: a query, or one result page of it.
struct Example {
  std::size_t pool = 0;
  std::vector<Eigen::Index> rows;  ///< of the pool: all of them, or those on the page
  std::vector<int> ranks;          ///< where each was shown, 1-based; empty without impressions
  Eigen::VectorXd labels;          ///< a row each: grade, or number of clicks
};

/// Pools and examples with what is needed to make a model of them.
///
/// All matrices have one column a schema feature.
struct TrainingData {
  FeatureSchema schema;
  IndexFacts facts;
  std::size_t depth = 100;  ///< candidates a query
  LabelKind labels = LabelKind::grades;
  std::vector<Pool> pools;
  std::vector<Example> examples;
};

/// Returns the probability p_true(d|q) that an example's labels stand for.
///
/// Shapes:   result: a row each, adds up to 1
/// Requires: a positive label
IRGAN_API Eigen::VectorXd true_distribution(const Example& example, LabelKind kind);

/// Whether an example says anything: at least two documents and a positive label.
IRGAN_API bool is_informative(const Example& example);

/// Returns how much each example counts, with mean 1: the root of its clicks, or 1 for grades. Examples of one query whose
/// clicks were dealt over several parts of the log share the root of all of them, as their clicks are.
///
/// Requires: example.pool is in `pools`, unless that is empty: then each example is one of its own
/// Source: DESIGN 2: the root beat both equal weights and the number of clicks
IRGAN_API std::vector<double> query_weights(const std::vector<Example>& examples, LabelKind kind,
                                            const std::vector<Pool>& pools = {});

/// Returns a digest of everything in `data` that training depends on.
IRGAN_API std::string fingerprint(const TrainingData& data);

}  // namespace irgan
