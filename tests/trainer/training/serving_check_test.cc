#include "irgan/serving_check.h"

#include <catch2/catch.hpp>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan::serving_check_test {

namespace {

// A model that ranks by the first feature times `sign`: one linear layer over the bin [-4, 4] of it.
std::shared_ptr<const Model> model_by_first_feature(const FeatureSchema& schema, float sign) {
  ModelParts parts;
  parts.schema = schema;
  for (std::size_t j = 0; j < schema.features.size(); ++j) parts.encoding.features.push_back({{-4.0F, 4.0F}, false});
  Network network;
  network.layers.push_back({FeatureMatrix::Zero(parts.encoding.width(), 1), Eigen::VectorXf::Zero(1)});
  network.layers[0].weight(0, 0) = sign;
  parts.discriminators.push_back(network);
  return model_of(parts);
}

}  // namespace

TEST_CASE("a model that ranks backwards is refused, one that ranks rightly is not", "[trainer][serving_check]") {
  const TrainingData data = graded_queries(60, 12, 2, 1);
  const auto good = check_serving(*model_by_first_feature(data.schema, 1.0F), data, {}, "2", 1);
  REQUIRE(good);
  CHECK(good->num_queries > 50);
  CHECK(good->served == Approx(1.0).margin(0.02));
  CHECK(good->first_stage < 0.9);
  CHECK(good->p < 0.01);
  CHECK_FALSE(good->refused());

  const auto bad = check_serving(*model_by_first_feature(data.schema, -1.0F), data, {}, "1", 1);
  REQUIRE(bad);
  CHECK(bad->first_stage == Approx(1.0).margin(0.02));
  CHECK(bad->refused());
}

TEST_CASE("the first stage against itself is no difference", "[trainer][serving_check]") {
  const TrainingData data = graded_queries(30, 10, 2, 2);
  const auto same = check_serving(*model_by_first_feature(data.schema, 1.0F), data, {}, "1", 1);
  REQUIRE(same);
  CHECK(same->served == Approx(same->first_stage).margin(0.02));
  CHECK_FALSE(same->refused());
}

TEST_CASE("a model whose units stay at their ends tells no document from another", "[trainer][serving_check]") {
  const TrainingData data = graded_queries(10, 10, 2, 3);
  CHECK(tells_documents_apart(*model_by_first_feature(data.schema, 1.0F), data));
  CHECK_FALSE(tells_documents_apart(*model_by_first_feature(data.schema, 0.0F), data));

  ModelParts saturated = parts_of(*model_by_first_feature(data.schema, 1.0F));
  Network& network = saturated.discriminators.front();
  network.layers[0].bias[0] = 1e3F;
  network.layers.push_back({FeatureMatrix::Constant(1, 1, 50.0F), Eigen::VectorXf::Zero(1)});
  CHECK_FALSE(tells_documents_apart(*model_of(saturated), data));

  TrainingData alone = data;
  for (Pool& pool : alone.pools) {
    change_rows(pool, [](FeatureMatrix& rows) { rows.conservativeResize(1, Eigen::NoChange); });
  }
  CHECK(tells_documents_apart(*model_of(saturated), alone));
}

TEST_CASE("ready-made rows without the first stage's feature are not checked", "[trainer][serving_check]") {
  const TrainingData data = graded_queries(10, 10, 2, 3);
  CHECK_FALSE(check_serving(*model_by_first_feature(data.schema, 1.0F), data, {}, "25", 1));
}

TEST_CASE("clicks on pages are weighted by the examination that training found", "[trainer][serving_check]") {
  // Pages are shuffled and clicks fall as 1 / rank: as they stand they would favour the rows that were shown first.
  const TrainingData data = shown_pages(40, 10, 2, 4);
  Eigen::VectorXd offsets(10);
  for (Eigen::Index r = 0; r < 10; ++r) offsets[r] = -std::log(static_cast<double>(r + 1));
  const auto model = model_by_first_feature(data.schema, 1.0F);
  const auto weighted = check_serving(*model, data, offsets, "1", 1);
  const auto naive = check_serving(*model, data, {}, "1", 1);
  REQUIRE(weighted);
  REQUIRE(naive);
  CHECK(weighted->served > naive->served + 0.02);
  CHECK(weighted->served == Approx(1.0).margin(0.001));  // expected clicks over examination are the relevance itself
}

namespace {

// One page a query, two documents, shown 100 times in the first stage's order. The second feature is the first stage's
// score. Whoever looks at the second document has not stopped at the first one.
TrainingData pages_of_stopping_users(double clicks_on_first, double clicks_on_second, bool says_last_clicks) {
  std::mt19937_64 random(5);
  TrainingData data = pools_of_random_rows(40, 2, 2, random);
  data.labels = LabelKind::impressions;
  for (std::size_t q = 0; q < data.pools.size(); ++q) {
    change_rows(data.pools[q], [](FeatureMatrix& rows) {
      rows << 0.0F, 1.0F,  //
          1.0F, 0.0F;
    });
    Example example;
    example.pool = q;
    example.rows = {0, 1};
    example.ranks = {1, 2};
    example.labels = Eigen::Vector2d(clicks_on_first, clicks_on_second);
    example.shown = Eigen::Vector2d::Constant(100.0);
    if (says_last_clicks) example.last_clicks = example.labels;
    data.examples.push_back(std::move(example));
  }
  return data;
}

}  // namespace

TEST_CASE("a model that brings up what people who stop early do not reach is not refused", "[trainer][serving_check]") {
  // 60 stop at the first document; of the 40 others 38 click the second one.
  const TrainingData data = pages_of_stopping_users(60, 38, true);
  const auto model = model_by_first_feature(data.schema, 1.0F);
  const auto check = check_serving(*model, data, Eigen::Vector2d::Zero(), "2", 1);
  REQUIRE(check);
  CHECK(check->is_worse());
  CHECK_FALSE(check->is_worse_for_stopping_users);
  CHECK_FALSE(check->refused());

  // Where single views are not known, there is nothing to go by but the rank.
  const auto blind = check_serving(*model, pages_of_stopping_users(60, 38, false), Eigen::Vector2d::Zero(), "2", 1);
  REQUIRE(blind);
  CHECK(blind->refused());

  // The second document is worse however people look: of 40 who do, 5 click it.
  const auto worse = check_serving(*model, pages_of_stopping_users(60, 5, true), Eigen::Vector2d::Zero(), "2", 1);
  REQUIRE(worse);
  CHECK(worse->is_worse());
  CHECK(worse->refused());
}

}  // namespace irgan::serving_check_test
