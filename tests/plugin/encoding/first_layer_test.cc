#include "plugin/src/encoding/first_layer.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <vector>

#include "plugin/src/encoding/encoding.h"

namespace irgan::first_layer_test {

using Eigen::Index;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// Features of every kind: with many bins, with one, without; with values that are missing, and with an indicator of it.
struct Board {
  Encoding encoding;
  FeatureMatrix features{37, 5};
  PoolRange range;

  explicit Board(unsigned seed) {
    encoding.features = {{{-1.0F, -0.2F, 0.1F, 0.5F, 2.0F}, true},
                         {{0.0F, 1.0F}, false},
                         {{}, true},
                         {{0.5F}, false},
                         {{-2.0F, -1.0F, 0.0F, 1.0F}, false}};
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    for (Index i = 0; i < features.rows(); ++i) {
      for (Index j = 0; j < features.cols(); ++j) features(i, j) = random() % 7 == 0 ? kMissing : normal(random);
    }
    features.col(3).setConstant(0.5F);  // an empty range
    features(0, 0) = -1.0F;             // an edge
    features(1, 0) = 2.0F;              // the last one
    features(2, 4) = std::numeric_limits<float>::infinity();
    range = pool_range(features);
  }

  FeatureMatrix encoded() const {
    FeatureMatrix result;
    encoding.encode(features, range, result);
    return result;
  }
};

FeatureMatrix random_matrix(Index rows, Index columns, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  FeatureMatrix result(rows, columns);
  for (float& x : result.reshaped()) x = normal(random);
  return result;
}

}  // namespace

TEST_CASE("the first layer of binned rows is that of encoded rows", "[plugin][encoding]") {
  const Index units = GENERATE(1, 5, 16, 64, 100);
  CAPTURE(units);
  const Board board(1);
  const BinLayout layout(board.encoding);
  REQUIRE(layout.num_columns == board.encoding.width());
  const FeatureMatrix weight = random_matrix(layout.num_columns, units, 2);
  const Eigen::VectorXf bias = random_matrix(1, units, 3).row(0);
  BinnedRows rows;
  rows.bin(layout, board.features, board.range);
  FeatureMatrix out;
  first_layer(rows, first_bases(layout, weight), weight, bias, out);
  FeatureMatrix dense = board.encoded() * weight;
  dense.rowwise() += bias.transpose();
  // Some 30 products of numbers below 4 are added in another order, each sum below 16: 30 * 16 * 2^-24.
  CHECK((out - dense).cwiseAbs().maxCoeff() < 3e-5F);
}

TEST_CASE("the first layer's gradient is that of encoded rows", "[plugin][encoding]") {
  const Index units = GENERATE(1, 5, 16, 64, 100);
  CAPTURE(units);
  const Board board(4);
  const BinLayout layout(board.encoding);
  const FeatureMatrix delta = random_matrix(board.features.rows(), units, 5);
  BinnedRows rows;
  rows.bin(layout, board.features, board.range);
  FeatureMatrix gradient;
  first_layer_gradient(rows, delta, gradient);
  const FeatureMatrix dense = board.encoded().transpose() * delta;
  REQUIRE(gradient.rows() == dense.rows());
  CHECK((gradient - dense).cwiseAbs().maxCoeff() < 3e-5F);
}

TEST_CASE("a row's sums do not depend on the rows beside it", "[plugin][encoding]") {
  const Board board(6);
  const BinLayout layout(board.encoding);
  const FeatureMatrix weight = random_matrix(layout.num_columns, 70, 7);
  const FeatureMatrix bases = first_bases(layout, weight);
  const Eigen::VectorXf bias = Eigen::VectorXf::Zero(70);
  BinnedRows rows;
  rows.bin(layout, board.features, board.range);
  FeatureMatrix all;
  first_layer(rows, bases, weight, bias, all);
  for (const Index row : {0, 17, 36}) {
    rows.bin(layout, board.features.row(row), board.range);
    FeatureMatrix alone;
    first_layer(rows, bases, weight, bias, alone);
    CHECK(alone.row(0) == all.row(row));
  }
}

TEST_CASE("inputs that are taken as they are give plain products", "[plugin][encoding]") {
  const FeatureMatrix inputs = random_matrix(6, 4, 8);
  const FeatureMatrix weight = random_matrix(4, 3, 9);
  const BinLayout layout(4);
  BinnedRows rows;
  rows.take(layout, inputs);
  FeatureMatrix out;
  first_layer(rows, first_bases(layout, weight), weight, Eigen::VectorXf::Zero(3), out);
  CHECK((out - inputs * weight).cwiseAbs().maxCoeff() < 1e-5F);
  FeatureMatrix gradient;
  const FeatureMatrix delta = random_matrix(6, 3, 10);
  first_layer_gradient(rows, delta, gradient);
  CHECK((gradient - inputs.transpose() * delta).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("no rows give no sums and a gradient of zeros", "[plugin][encoding]") {
  const Board board(11);
  const BinLayout layout(board.encoding);
  BinnedRows rows;
  rows.bin(layout, FeatureMatrix(0, 5), board.range);
  FeatureMatrix gradient = random_matrix(2, 2, 12);
  first_layer_gradient(rows, FeatureMatrix(0, 3), gradient);
  CHECK(gradient == FeatureMatrix::Zero(layout.num_columns, 3));
}

}  // namespace irgan::first_layer_test
