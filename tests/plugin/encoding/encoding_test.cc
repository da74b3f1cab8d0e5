#include "plugin/src/encoding/encoding.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace irgan::encoding_test {

using Eigen::Index;

namespace {

// The definition, for one value of a feature, in doubles.
std::vector<double> reference(float x, const Encoding::Feature& feature, float low, float high) {
  std::vector<double> columns;
  const bool missing = std::isnan(x);
  for (std::size_t k = 0; k + 1 < feature.edges.size(); ++k) {
    const double a = feature.edges[k];
    const double b = feature.edges[k + 1];
    columns.push_back(missing ? 0.0 : std::min(std::max((x - a) / (b - a), 0.0), 1.0) - 0.5);
  }
  if (missing) {
    columns.push_back(0.0);
  } else if (high > low) {
    columns.push_back((static_cast<double>(x) - low) / (static_cast<double>(high) - low) - 0.5);
  } else {
    columns.push_back(-0.5);
  }
  if (feature.has_indicator) columns.push_back(missing ? 1.0 : 0.0);
  return columns;
}

FeatureMatrix encoded(const Encoding& encoding, const FeatureMatrix& rows, const PoolRange& range) {
  FeatureMatrix result;
  encoding.encode(rows, range, result);
  return result;
}

FeatureMatrix encoded(const Encoding& encoding, const FeatureMatrix& pool) {
  return encoded(encoding, pool, pool_range(pool));
}

FeatureMatrix column_of(std::initializer_list<float> numbers) {
  return Eigen::Map<const FeatureMatrix>(numbers.begin(), static_cast<Index>(numbers.size()), 1);
}

FeatureMatrix row_of(std::initializer_list<float> numbers) {
  return Eigen::Map<const FeatureMatrix>(numbers.begin(), 1, static_cast<Index>(numbers.size()));
}

}  // namespace

TEST_CASE("pool_range is the smallest and largest value that is there", "[plugin][encoding]") {
  const FeatureMatrix pool = (FeatureMatrix(3, 3) << 1, NAN, NAN, -2, 7, NAN, 0.5F, NAN, NAN).finished();
  const PoolRange range = pool_range(pool);
  CHECK(range.low == Eigen::Vector3f(-2, 7, 0));
  CHECK(range.high == Eigen::Vector3f(1, 7, 0));
}

TEST_CASE("pool_range of no rows is empty ranges at zero", "[plugin][encoding]") {
  const PoolRange range = pool_range(FeatureMatrix(0, 2));
  CHECK(range.low == Eigen::Vector2f(0, 0));
  CHECK(range.high == Eigen::Vector2f(0, 0));
}

TEST_CASE("encode agrees with the definition in doubles", "[plugin][encoding]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0F, 2.0F);
  Encoding encoding;
  encoding.features = {{{-3, -1, 0, 0.25F, 4}, true}, {{}, false}, {{1}, true}, {{-0.5F, 0.5F}, false}};
  FeatureMatrix pool(40, 4);
  for (Index i = 0; i < pool.rows(); ++i) {
    for (Index j = 0; j < pool.cols(); ++j) pool(i, j) = engine() % 5 == 0 ? NAN : normal(engine);
  }

  const FeatureMatrix result = encoded(encoding, pool);

  // Difference, quotient (or difference, reciprocal, product) and the half, each rounded to 24 bits, of numbers up
  // to 1.
  constexpr double kRounding = 4 * 6e-8;
  const PoolRange range = pool_range(pool);
  REQUIRE(result.cols() == encoding.width());
  REQUIRE(encoding.width() == 6 + 1 + 2 + 2);
  for (Index i = 0; i < pool.rows(); ++i) {
    Index column = 0;
    for (std::size_t j = 0; j < encoding.features.size(); ++j) {
      const Index f = static_cast<Index>(j);
      for (const double expected : reference(pool(i, f), encoding.features[j], range.low[f], range.high[f])) {
        CAPTURE(i, j, column, pool(i, f));
        CHECK(std::abs(result(i, column) - expected) <= kRounding);
        ++column;
      }
    }
  }
}

TEST_CASE("values on and beyond the edges end up at a half", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1, 3}, false}};
  const FeatureMatrix result = encoded(encoding, column_of({-1e30F, -5, 0, 1, 2, 3, 9, 1e30F}));
  const FeatureMatrix bins =
      (FeatureMatrix(8, 2) << -.5F, -.5F, -.5F, -.5F, -.5F, -.5F, .5F, -.5F, .5F, 0, .5F, .5F, .5F, .5F, .5F, .5F)
          .finished();
  CHECK(result.leftCols(2) == bins);
  CHECK(result(0, 2) == -0.5F);
  CHECK(result(7, 2) == 0.5F);
}

TEST_CASE("a missing value is zero in all but the indicator", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1}, true}, {{0, 1}, false}};
  const FeatureMatrix pool = (FeatureMatrix(2, 2) << NAN, NAN, 0, 1).finished();
  const FeatureMatrix result = encoded(encoding, pool);
  CHECK(result.row(0) == row_of({0, 0, 1, 0, 0}));
  CHECK(result.row(1) == row_of({-.5F, -.5F, 0, .5F, -.5F}));
}

TEST_CASE("a feature without bins and of one value tells nothing", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{}, false}, {{5}, false}};
  CHECK(encoded(encoding, FeatureMatrix::Constant(3, 2, 7)) == FeatureMatrix::Constant(3, 2, -0.5F));
}

TEST_CASE("a pool of one row has empty ranges, and its bins still speak", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1, 2}, true}};
  CHECK(encoded(encoding, column_of({1.5F})) == row_of({.5F, 0, -.5F, 0}));
}

TEST_CASE("a range of nearly nothing does not blow up", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{}, false}};
  const FeatureMatrix result = encoded(encoding, column_of({0, 1e-30F, 1e-40F}));
  CHECK(result.allFinite());
  CHECK(result.maxCoeff() <= 0.5F);
  CHECK(result.minCoeff() == -0.5F);
}

TEST_CASE("rows that are shown apart are encoded as in their pool", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1}, true}, {{}, false}};
  const FeatureMatrix pool = (FeatureMatrix(4, 2) << 0.3F, 10, NAN, 20, 0.9F, 15, -2, NAN).finished();
  const FeatureMatrix all = encoded(encoding, pool);
  const FeatureMatrix shown = encoded(encoding, pool.middleRows(1, 2), pool_range(pool));
  CHECK(shown == all.middleRows(1, 2));
}

TEST_CASE("encode into a matrix of another size resizes it", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1}, false}};
  FeatureMatrix result = FeatureMatrix::Constant(9, 9, 99);
  encoding.encode(column_of({1}), pool_range(column_of({1})), result);
  CHECK(result == row_of({.5F, -.5F}));
  encoding.encode(FeatureMatrix(0, 1), pool_range(FeatureMatrix(0, 1)), result);
  CHECK(result.rows() == 0);
  CHECK(result.cols() == 2);
}

TEST_CASE("feature_of_column tells where each column comes from", "[plugin][encoding]") {
  Encoding encoding;
  encoding.features = {{{0, 1, 2}, true}, {{}, false}, {{3}, true}};
  CHECK(encoding.feature_of_column() == std::vector<Index>{0, 0, 0, 0, 1, 2, 2});
  CHECK(Encoding().feature_of_column().empty());
  CHECK(Encoding().width() == 0);
}

}  // namespace irgan::encoding_test
