#include "irgan/serving_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "irgan/significance.h"
#include "trainer/labels/click_model.h"
#include "trainer/training/query_ndcg.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// The first stage's score of each row; the negative row number stands for it where the rows are in its order.
VectorXd first_stage_scores(const Pool& pool, Index column) {
  if (column < 0) return -VectorXd::LinSpaced(pool.rows.rows(), 0.0, static_cast<double>(pool.rows.rows() - 1));
  return pool.rows.col(column).cast<double>().unaryExpr([](double x) { return std::isnan(x) ? -1e30 : x; });
}

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
  const std::map<std::string, double> first =
      query_ndcg(validation, offsets, [&](const Pool& pool) { return first_stage_scores(pool, column); });
  const std::map<std::string, double> of_model = query_ndcg(validation, offsets, model);
  std::vector<double> first_stage;
  std::vector<double> served;
  ServingCheck check;
  check.num_queries = first.size();
  for (const auto& [query, ndcg] : first) {
    first_stage.push_back(ndcg);
    served.push_back(of_model.at(query));
    check.first_stage += first_stage.back() / static_cast<double>(first.size());
    check.served += served.back() / static_cast<double>(first.size());
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

bool tells_documents_apart(const Model& model, const TrainingData& data) {
  constexpr float kRounding = 1e-6F;  // of a sum of some hundred floats near 1
  bool could = false;
  for (const Pool& pool : data.pools) {
    if (pool.rows.rows() < 2) continue;
    const Eigen::VectorXf scores = model.score(pool.rows);
    const float high = scores.maxCoeff();
    if (high - scores.minCoeff() > kRounding * std::max(1.0F, std::abs(high))) return true;
    could = true;
  }
  return !could;
}

}  // namespace irgan
