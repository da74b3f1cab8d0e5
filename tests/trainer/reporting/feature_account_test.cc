#include "trainer/reporting/feature_account.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "trainer/reporting/intervals.h"

using namespace irgan;

TEST_CASE("values are counted in training's bins, those outside apart", "[trainer][report]") {
  ReportedFeature feature;
  feature.edges = {0, 1, 2};
  const float missing = std::nanf("");
  count_values({-1, 0, 0.5F, 1, 1.5F, 2, 3, missing}, feature);
  CHECK(feature.shares == std::vector<double>{3 / 7.0, 4 / 7.0});
  CHECK(feature.outside == 2 / 7.0);
  CHECK(feature.missing == 1 / 8.0);
}

TEST_CASE("a feature of one value, or of none, has no bins", "[trainer][report]") {
  ReportedFeature feature;
  feature.edges = {1};
  count_values({1, 2}, feature);
  CHECK(feature.shares.empty());
  CHECK(feature.outside == 0.5);
  feature.edges.clear();
  count_values({std::nanf("")}, feature);
  CHECK(feature.missing == 1.0);
}

TEST_CASE("an interval holds the mean and narrows with more queries", "[trainer][report]") {
  std::vector<double> few;
  std::vector<double> many;
  for (int i = 0; i < 400; ++i) {
    many.push_back(i % 2);
    if (i < 20) few.push_back(i % 2);
  }
  const Interval narrow = bootstrapped_mean(many, 1);
  const Interval wide = bootstrapped_mean(few, 1);
  CHECK(narrow.value == 0.5);
  CHECK((narrow.low < 0.5 && narrow.high > 0.5));
  // 1.96 standard errors of a coin: .049 and .219; the bootstrap's own error over 2,000 samples is some 5 % of it
  CHECK(narrow.high - narrow.low == Approx(0.098).epsilon(0.15));
  CHECK(wide.high - wide.low == Approx(0.438).epsilon(0.15));
  CHECK(bootstrapped_mean(few, 1).low == wide.low);
  CHECK(bootstrapped_mean({2, 2}, 1).high == 2);
  CHECK(bootstrapped_mean({}, 1).value == 0);
}
