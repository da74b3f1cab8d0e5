#include "irgan/training_data.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan::training_data_test {

using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Eigen::VectorXd;

TEST_CASE("labels become distributions: gains 2^grade - 1, clicks as they are", "[trainer][training_data]") {
  Example example;
  example.rows = {0, 1, 2, 3};
  example.labels = (VectorXd(4) << 2.0, 0.0, 1.0, -1.0).finished();
  const auto is_close = [](const VectorXd& a, const VectorXd& b) { return largest_difference(a, b) < 1e-15; };
  CHECK(is_close(true_distribution(example, LabelKind::grades), (VectorXd(4) << 0.75, 0.0, 0.25, 0.0).finished()));
  CHECK(is_close(true_distribution(example, LabelKind::clicks), (VectorXd(4) << 2, 0, 1, 0).finished() / 3.0));
  CHECK(is_informative(example));
  example.labels << 1e9, 1e9, 0.0, 1.0;  // nobody's grades, but no reason for NaN
  CHECK(is_close(true_distribution(example, LabelKind::grades), (VectorXd(4) << 0.5, 0.5, 0.0, 0.0).finished()));
  example.labels << 1e-200, 0.0, 0.0, 0.0;
  CHECK(true_distribution(example, LabelKind::grades) == VectorXd::Unit(4, 0));
  example.labels.setConstant(-1.0);
  CHECK_FALSE(is_informative(example));
  example.labels.setOnes();
  example.rows.resize(1);
  CHECK_FALSE(is_informative(example));
  CHECK_FALSE(is_informative(Example()));
}

TEST_CASE("queries weigh the root of their clicks, with mean 1, and judged ones alike", "[trainer][training_data]") {
  std::vector<Example> examples(3);
  examples[1].pool = 1;
  examples[2].pool = 2;
  examples[0].labels = (VectorXd(2) << 3.0, 1.0).finished();
  examples[1].labels = (VectorXd(2) << 16.0, -5.0).finished();
  examples[2].labels = (VectorXd(2) << 0.0, 36.0).finished();
  for (Example& example : examples) example.ranks = {1, 2};
  const std::vector<double> weights = query_weights(examples, LabelKind::clicks);
  CHECK_THAT(weights[0], WithinAbs(0.5, 1e-15));
  CHECK_THAT(weights[1], WithinAbs(1.0, 1e-15));
  CHECK_THAT(weights[2], WithinAbs(1.5, 1e-15));
  CHECK(query_weights(examples, LabelKind::impressions) == weights);
  CHECK(query_weights(examples, LabelKind::grades) == std::vector<double>{1.0, 1.0, 1.0});
}

TEST_CASE("an example beside pages weighs a share of what its query does", "[trainer][training_data]") {
  std::vector<Example> examples(3);
  examples[0].labels = examples[1].labels = VectorXd::Constant(1, 8.0);
  examples[2].labels = VectorXd::Constant(1, 100.0);  // corrected clicks: how many does not matter
  examples[0].ranks = examples[1].ranks = {1};
  const std::vector<double> weights =
      query_weights(examples, LabelKind::impressions, QueryWeight::sqrt, {}, 0.5);  // 2, 2 and half of 4
  for (const double weight : weights) CHECK_THAT(weight, WithinAbs(1.0, 1e-15));
  CHECK(query_weights(examples, LabelKind::impressions, QueryWeight::sqrt, {}, 0.0)[2] == 0.0);
}

TEST_CASE("a query's weight is shared out among its pages by clicks", "[trainer][training_data]") {
  std::vector<Example> examples(4);
  const double clicks[] = {12.0, 4.0, 16.0, 0.0};
  for (std::size_t i = 0; i < 4; ++i) {
    examples[i].pool = i < 2 ? 7 : i;
    examples[i].labels = VectorXd::Constant(1, clicks[i]);
    examples[i].ranks = {1};
  }
  const auto check = [&](QueryWeight weight, const std::vector<double>& expected) {
    const std::vector<double> weights = query_weights(examples, LabelKind::impressions, weight);
    for (std::size_t i = 0; i < 4; ++i) CHECK_THAT(weights[i], WithinAbs(expected[i], 1e-15));
  };
  check(QueryWeight::sqrt, {1.5, 0.5, 2.0, 0.0});
  check(QueryWeight::one, {1.5, 0.5, 2.0, 0.0});  // both queries have 16 clicks
  check(QueryWeight::clicks, {1.5, 0.5, 2.0, 0.0});
  examples[2].labels *= 4.0;  // 64 clicks beside 16
  check(QueryWeight::sqrt, {1.0, 1.0 / 3.0, 8.0 / 3.0, 0.0});
  check(QueryWeight::one, {1.5, 0.5, 2.0, 0.0});
  check(QueryWeight::clicks, {0.6, 0.2, 3.2, 0.0});
  CHECK(query_weights(examples, LabelKind::grades, QueryWeight::clicks) == std::vector<double>(4, 1.0));
}

TEST_CASE("kinds of labels go by their names", "[trainer][training_data]") {
  for (const LabelKind kind : {LabelKind::grades, LabelKind::clicks, LabelKind::impressions, LabelKind::shown}) {
    CHECK(label_kind_from_string(to_string(kind)) == kind);
  }
  CHECK_THROWS_AS(label_kind_from_string("stars"), ConfigError);
  CHECK_THROWS_WITH(label_kind_from_string("stars"),
                    Contains("'stars'") && Contains("grades, clicks, impressions or shown"));
}

TEST_CASE("a data set's fingerprint changes with all that training depends on", "[trainer][training_data]") {
  const TrainingData data = shown_pages(2, 4, 2, 1);
  const std::string before = fingerprint(data);
  CHECK(fingerprint(shown_pages(2, 4, 2, 1)) == before);
  const auto changed = [&](const std::function<void(TrainingData&)>& change) {
    TrainingData other = data;
    change(other);
    return fingerprint(other);
  };
  CHECK(changed([](TrainingData& d) { change_rows(d.pools[1], [](FeatureMatrix& rows) { rows(0, 1) += 1e-6F; }); }) !=
        before);
  CHECK(changed([](TrainingData& d) { d.pools[0].query_id = "other"; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].labels[0] += 1e-9; }) != before);
  CHECK(changed([](TrainingData& d) { std::swap(d.examples[0].ranks[0], d.examples[0].ranks[1]); }) != before);
  CHECK(changed([](TrainingData& d) { std::swap(d.examples[0].rows[0], d.examples[0].rows[1]); }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[5].pool = 0; }) != before);
  CHECK(changed([](TrainingData& d) { d.labels = LabelKind::clicks; }) != before);
  CHECK(changed([](TrainingData& d) { d.depth = 50; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].shown[0] += 1.0; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].last_clicks = VectorXd::Unit(4, 1); }) != before);
  CHECK(changed([](TrainingData& d) { d.schema.features[0] = "x"; }) != before);
}

}  // namespace irgan::training_data_test
