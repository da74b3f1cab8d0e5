#include "irgan/model_comparison.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/plugin/small_model.h"

namespace irgan::model_comparison_test {

using Eigen::Index;

namespace {

constexpr int kQueries = 30;

FeatureSchema one_feature() {
  FeatureSchema schema;
  schema.features = {"1"};
  return schema;
}

// A pool of these documents for each query, ranked as they stand by a model of weight 1.
TrainingData pools_of(const std::vector<std::string>& documents, const std::vector<double>& grades,
                      LabelKind kind = LabelKind::grades) {
  TrainingData data;
  data.schema = one_feature();
  data.labels = kind;
  const auto count = static_cast<Index>(documents.size());
  for (int q = 0; q < kQueries; ++q) {
    Pool pool;
    pool.query_id = "q" + std::to_string(q);
    pool.document_ids = documents;
    pool.rows = FeatureMatrix(Eigen::VectorXf::LinSpaced(count, 1.0F, -1.0F));
    pool.range = pool_range(pool.rows);
    Example example;
    example.pool = data.pools.size();
    for (Index row = 0; row < count; ++row) example.rows.push_back(row);
    example.labels = Eigen::Map<const Eigen::VectorXd>(grades.data(), count);
    data.pools.push_back(std::move(pool));
    data.examples.push_back(std::move(example));
  }
  return data;
}

ModelComparison compared(const TrainingData& candidate, const TrainingData& present) {
  const auto model = model_of(linear_model(one_feature(), {1.0F}));
  return compare_models(*model, {}, candidate, *model, present, 1);
}

}  // namespace

TEST_CASE("a model is not held to be worse for finding more good documents", "[trainer][model_comparison]") {
  const LabelKind kind = GENERATE(LabelKind::grades, LabelKind::clicks);
  // The present model has one of two good documents among its candidates and ranks it first. The candidate has both.
  const TrainingData narrow = pools_of({"a", "b", "c"}, {1, 0, 0}, kind);
  const TrainingData wide = pools_of({"a", "b", "x", "c"}, {1, 0, 1, 0}, kind);
  const ModelComparison result = compared(wide, narrow);
  CHECK(result.num_queries == kQueries);
  constexpr double kIdeal = 1.0 + 0.6309297535714575;  // of both: 1 + 1 / log2(3)
  CHECK(result.present == Approx(1.0 / kIdeal));
  CHECK(result.candidate == Approx(1.5 / kIdeal));
  CHECK(result.verdict() == ModelComparison::Verdict::better);
  CHECK(compared(narrow, wide).verdict() == ModelComparison::Verdict::worse);
}

TEST_CASE("a query for which one model has no good document counts as 0 for it", "[trainer][model_comparison]") {
  const ModelComparison result = compared(pools_of({"a", "b"}, {0, 2}), pools_of({"a", "c"}, {0, 0}));
  CHECK(result.num_queries == kQueries);
  CHECK(result.present == 0.0);
  CHECK(result.candidate == Approx(0.6309297535714575));
}

TEST_CASE("equal pools are judged by their own documents", "[trainer][model_comparison]") {
  const TrainingData data = pools_of({"a", "b"}, {0, 2});
  const ModelComparison result = compared(data, data);
  CHECK(result.candidate == result.present);
  CHECK(result.candidate == Approx(0.6309297535714575));
  CHECK(result.verdict() == ModelComparison::Verdict::level);
}

TEST_CASE("pages are judged by what was shown, whatever else is among the candidates", "[trainer][model_comparison]") {
  TrainingData narrow = pools_of({"a", "b"}, {1, 0}, LabelKind::impressions);
  TrainingData wide = pools_of({"a", "b", "x"}, {1, 0, 0}, LabelKind::impressions);
  for (TrainingData* data : {&narrow, &wide}) {
    for (Example& example : data->examples) {
      example.rows = {0, 1};
      example.ranks = {1, 2};
      example.labels = Eigen::Vector2d(1.0, 0.0);
    }
  }
  const ModelComparison result = compared(wide, narrow);
  CHECK(result.candidate == Approx(1.0));
  CHECK(result.present == Approx(1.0));
}

}  // namespace irgan::model_comparison_test
