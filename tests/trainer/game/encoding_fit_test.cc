#include "trainer/game/encoding_fit.h"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "plugin/src/encoding/encoding.h"

namespace irgan::encoding_fit_test {

using Eigen::Index;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

Pool pool_of_column(const std::vector<float>& values) {
  Pool pool;
  pool.rows = FeatureMatrix(Eigen::Map<const FeatureMatrix>(values.data(), static_cast<Index>(values.size()), 1));
  return pool;
}

std::vector<float> edges_of(const std::vector<float>& values, int bins) {
  return fit_encoding({pool_of_column(values)}, bins).features.front().edges;
}

}  // namespace

TEST_CASE("edges are numpy's linear quantiles of the rows of all pools", "[trainer][encoding_fit]") {
  // numpy.quantile([0, 1, 2, 4, 8, 16], [0, .25, .5, .75, 1]) = [0, 1.25, 3, 7, 16]
  CHECK(edges_of({8, 0, 16, 1, 4, 2}, 4) == std::vector<float>{0, 1.25, 3, 7, 16});
  CHECK(fit_encoding({pool_of_column({8, 0, 16}), pool_of_column({1, 4, 2})}, 4).features.front().edges ==
        std::vector<float>{0, 1.25, 3, 7, 16});
  // numpy.quantile([3, 1, 2], linspace(0, 1, 9)) = 1, 1.25, ..., 3
  CHECK(edges_of({3, 1, 2}, 8) == std::vector<float>{1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3});
  CHECK(edges_of({-1, 5}, 1) == std::vector<float>{-1, 5});
}

TEST_CASE("neighbouring equal edges are merged", "[trainer][encoding_fit]") {
  // Of seven values the quantiles 0, .25, .5, .75 and 1 stand at the places 0, 1.5, 3, 4.5 and 6.
  CHECK(edges_of({0, 0, 0, 0, 0, 1, 2}, 4) == std::vector<float>{0, 0.5, 2});
  CHECK(edges_of({1, 1, 2, 2}, 2) == std::vector<float>{1, 1.5, 2});
}

TEST_CASE("a constant column has no bins, one with missing values an indicator", "[trainer][encoding_fit]") {
  FeatureMatrix rows(3, 4);
  rows << 7, 1, kMissing, kMissing,  //
      7, kMissing, 5, kMissing,      //
      7, 3, 5, kMissing;
  Pool pool;
  pool.rows = rows;
  const Encoding encoding = fit_encoding({pool}, 2);
  REQUIRE(encoding.features.size() == 4);
  CHECK(encoding.features[0].edges == std::vector<float>{7});
  CHECK_FALSE(encoding.features[0].has_indicator);
  CHECK(encoding.features[1].edges == std::vector<float>{1, 2, 3});
  CHECK(encoding.features[1].has_indicator);
  CHECK(encoding.features[2].edges == std::vector<float>{5});
  CHECK(encoding.features[2].has_indicator);
  CHECK(encoding.features[3].edges.empty());  // missing everywhere
  CHECK(encoding.features[3].has_indicator);
  // A column per bin, one relative to the pool, the indicator: 1, 2 + 1 + 1, 1 + 1, 1 + 1.
  CHECK(encoding.width() == 9);

  FeatureMatrix encoded;
  encoding.encode(rows, pool_range(rows), encoded);
  CHECK(encoded.allFinite());
}

TEST_CASE("an even share of more than a million rows gives nearly the same edges", "[trainer][encoding_fit]") {
  std::vector<float> values(1'500'000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[(i * 700'001) % values.size()] = static_cast<float>(i) / static_cast<float>(values.size() - 1);
  }
  const std::vector<float> edges = edges_of(values, 4);
  REQUIRE(edges.size() == 5);
  // Half of the rows are looked at; a quantile of 750,000 uniform values is known to 4 sqrt(.25 / 750,000) = .0024.
  for (std::size_t k = 0; k < 5; ++k) CHECK(edges[k] == Approx(0.25 * static_cast<double>(k)).margin(0.0024));
}

}  // namespace irgan::encoding_fit_test
