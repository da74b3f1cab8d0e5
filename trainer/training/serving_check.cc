#include "irgan/serving_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "irgan/measures.h"
#include "irgan/significance.h"
#include "trainer/labels/click_model.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kCutoff = 10;
constexpr double kMaxClickWeight = 20.0;  // a click on a page's last rank must not outweigh all others

// Sums of both rankers' nDCG over a query's pages.
struct QuerySums {
  double first_stage = 0.0;
  double served = 0.0;
  double count = 0.0;
};

VectorXd gains_of(const Example& example, LabelKind kind, const VectorXd& offsets) {
  VectorXd gains = true_distribution(example, kind);
  for (std::size_t i = 0; i < example.ranks.size() && offsets.size() > 0; ++i) {
    const Index rank = std::min<Index>(example.ranks[i], offsets.size());
    gains[static_cast<Index>(i)] *= std::min(std::exp(offsets[0] - offsets[rank - 1]), kMaxClickWeight);
  }
  return gains;
}

// The first stage's score of each row; the negative row number stands for it where the rows are in its order.
VectorXd first_stage_scores(const Pool& pool, Index column) {
  if (column < 0) return -VectorXd::LinSpaced(pool.rows.rows(), 0.0, static_cast<double>(pool.rows.rows() - 1));
  return pool.rows.col(column).cast<double>().unaryExpr([](double x) { return std::isnan(x) ? -1e30 : x; });
}

VectorXd picked(const VectorXd& scores, const std::vector<Index>& rows) { return scores(rows); }

// The column of the first stage's score in ready-made rows, -1 where the pools are in its order; nothing if there is
// none.
std::optional<Index> first_stage_column(const FeatureSchema& schema, const std::string& first_stage_feature) {
  if (!schema.fields.empty()) return -1;
  const auto name = std::find(schema.features.begin(), schema.features.end(), first_stage_feature);
  if (name == schema.features.end()) return std::nullopt;
  return name - schema.features.begin();
}

ServingCheck compare(const Model& model, const TrainingData& validation, const VectorXd& offsets, Index column,
                     std::uint64_t seed) {
  std::map<std::string, QuerySums> queries;
  for (const Example& example : validation.examples) {
    if (!is_informative(example)) continue;
    const Pool& pool = validation.pools[example.pool];
    const VectorXd gains = gains_of(example, validation.labels, offsets);
    const VectorXd served = model.score_beside(pool.rows, pool.found_rows(), model.ranker()).cast<double>();
    QuerySums& sums = queries[pool.query_id];
    sums.first_stage += ndcg_of_gains(picked(first_stage_scores(pool, column), example.rows), gains, kCutoff);
    sums.served += ndcg_of_gains(picked(served, example.rows), gains, kCutoff);
    sums.count += 1.0;
  }
  std::vector<double> first_stage;
  std::vector<double> served;
  ServingCheck check;
  check.num_queries = queries.size();
  for (const auto& [query, sums] : queries) {
    first_stage.push_back(sums.first_stage / sums.count);
    served.push_back(sums.served / sums.count);
    check.first_stage += first_stage.back() / static_cast<double>(queries.size());
    check.served += served.back() / static_cast<double>(queries.size());
  }
  check.p = paired_randomisation_p(served, first_stage, seed);
  return check;
}

}  // namespace

std::optional<ServingCheck> check_serving(const Model& model, const TrainingData& validation, const VectorXd& offsets,
                                          const std::string& first_stage_feature, std::uint64_t seed) {
  const std::optional<Index> column = first_stage_column(validation.schema, first_stage_feature);
  if (!column) return std::nullopt;
  ServingCheck check = compare(model, validation, offsets, *column, seed);
  if (check.is_worse()) {
    const std::optional<TrainingData> labelled = labels_of_stopping_users(validation);
    if (labelled) check.is_worse_for_stopping_users = compare(model, *labelled, {}, *column, seed).is_worse();
  }
  return check;
}

}  // namespace irgan
