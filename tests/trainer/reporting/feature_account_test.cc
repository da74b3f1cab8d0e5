#include "trainer/reporting/feature_account.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace irgan::feature_account_test {

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

}  // namespace irgan::feature_account_test
