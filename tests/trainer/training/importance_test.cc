#include "trainer/training/importance.h"

#include <catch2/catch.hpp>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan::importance_test {

namespace {

// A model that adds up features, each times its weight: one linear layer over the bin [-4, 4] of each.
std::shared_ptr<const Model> linear_model(const FeatureSchema& schema, const std::vector<float>& weights) {
  ModelParts parts;
  parts.schema = schema;
  for (std::size_t j = 0; j < schema.features.size(); ++j) parts.encoding.features.push_back({{-4.0F, 4.0F}, false});
  Network network;
  network.layers.push_back({FeatureMatrix::Zero(parts.encoding.width(), 1), Eigen::VectorXf::Zero(1)});
  const std::vector<Eigen::Index> owner = parts.encoding.feature_of_column();
  std::vector<bool> has_weight(schema.features.size(), false);
  for (std::size_t c = 0; c < owner.size(); ++c) {
    const auto feature = static_cast<std::size_t>(owner[c]);
    if (has_weight[feature]) continue;
    has_weight[feature] = true;
    network.layers[0].weight(static_cast<Eigen::Index>(c), 0) = weights[feature];
  }
  parts.discriminators.push_back(network);
  return model_of(parts);
}

}  // namespace

TEST_CASE("what the order hangs on is important, and nothing else", "[trainer][importance]") {
  const TrainingData data = graded_queries(60, 12, 3, 1);  // the first feature is the grade
  ThreadPool threads(2);
  const FeatureImportance found =
      feature_importance(*linear_model(data.schema, {1.0F, 0.1F, 0.0F}), data, {}, 1, threads);
  REQUIRE(found.losses.size() == 3);
  CHECK(found.num_queries > 50);
  CHECK(found.ndcg > 0.95);
  // Without the first feature the order is chance but for the second, which says nothing of grades.
  CHECK(found.losses[0].value > 0.2);
  CHECK(found.losses[0].low > 0.1);
  CHECK((found.losses[0].low < found.losses[0].value && found.losses[0].value < found.losses[0].high));
  CHECK(std::abs(found.losses[1].value) < 0.05);
  CHECK(found.losses[2].value == 0.0);
  CHECK(found.losses[2].high == 0.0);
}

TEST_CASE("importance is the same at any number of threads", "[trainer][importance]") {
  const TrainingData data = shown_pages(30, 10, 3, 2);
  const Eigen::VectorXd offsets = Eigen::VectorXd::LinSpaced(10, 0.0, -2.0);
  const auto model = linear_model(data.schema, {1.0F, -0.5F, 0.2F});
  ThreadPool one(1);
  ThreadPool three(3);
  const FeatureImportance a = feature_importance(*model, data, offsets, 7, one);
  const FeatureImportance b = feature_importance(*model, data, offsets, 7, three);
  REQUIRE(a.losses.size() == b.losses.size());
  CHECK(a.ndcg == b.ndcg);
  for (std::size_t j = 0; j < a.losses.size(); ++j) {
    CHECK(a.losses[j].value == b.losses[j].value);
    CHECK(a.losses[j].low == b.losses[j].low);
  }
}

TEST_CASE("a feature that is the same in a pool is taken from another pool", "[trainer][importance]") {
  TrainingData data = graded_queries(40, 12, 2, 3);
  // The second feature is one number a query. In a sum it shifts the whole pool, which changes no order: shuffled among
  // the documents of several pools it would.
  for (std::size_t p = 0; p < data.pools.size(); ++p) {
    change_rows(data.pools[p], [&](FeatureMatrix& rows) { rows.col(1).setConstant(p % 2 == 0 ? 1.0F : -1.0F); });
  }
  ThreadPool threads(1);
  const FeatureImportance found = feature_importance(*linear_model(data.schema, {1.0F, 1.0F}), data, {}, 1, threads);
  CHECK(found.losses[0].value > 0.2);
  CHECK(found.losses[1].value == 0.0);
}

TEST_CASE("no more than 200 queries are measured", "[trainer][importance]") {
  const TrainingData data = graded_queries(450, 6, 2, 4);
  ThreadPool threads(2);
  const FeatureImportance found = feature_importance(*linear_model(data.schema, {1.0F, 0.0F}), data, {}, 1, threads);
  CHECK(found.num_queries <= 200);
  CHECK(found.num_queries >= 140);
}

}  // namespace irgan::importance_test
