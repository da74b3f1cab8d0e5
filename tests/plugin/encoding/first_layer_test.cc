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

  // The pool's range is that of all rows or of the first few, as where documents are scored beside a pool.
  explicit Board(unsigned seed, Index num_in_range = 37) {
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
    range = pool_range(features.topRows(num_in_range));
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
  const Index num_in_range = GENERATE(37, 9);
  CAPTURE(units, num_in_range);
  const Board board(1, num_in_range);
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
  const Index num_in_range = GENERATE(37, 9);
  CAPTURE(units, num_in_range);
  const Board board(4, num_in_range);
  const BinLayout layout(board.encoding);
  BinnedRows rows;
  rows.bin(layout, board.features, board.range);
  const FirstLayerDelta example{&rows, random_matrix(board.features.rows(), units, 5)};
  FeatureMatrix gradient;
  first_layer_gradient({&example}, gradient);
  const FeatureMatrix dense = board.encoded().transpose() * example.delta;
  REQUIRE(gradient.rows() == dense.rows());
  CHECK((gradient - dense).cwiseAbs().maxCoeff() < 3e-5F);
}

TEST_CASE("the gradient of several examples is the sum of theirs, by halves, bit by bit", "[plugin][encoding]") {
  const Index units = GENERATE(5, 64, 100);
  CAPTURE(units);
  const Board board(12);
  const BinLayout layout(board.encoding);
  std::vector<BinnedRows> rows(5);
  std::vector<FirstLayerDelta> examples;
  std::vector<FeatureMatrix> alone;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Index n = i == 3 ? 0 : 30 - static_cast<Index>(i);  // one of no rows
    rows[i].bin(layout, board.features.topRows(n), board.range);
    examples.push_back({&rows[i], random_matrix(n, units, 13 + static_cast<unsigned>(i))});
    first_layer_gradient({&examples[i]}, alone.emplace_back());
  }
  FeatureMatrix sum;
  first_layer_gradient({&examples[0], &examples[1], &examples[2], &examples[3], &examples[4]}, sum);
  const FeatureMatrix first = alone[0] + alone[1];
  const FeatureMatrix begin = first + alone[2];
  const FeatureMatrix end = alone[3] + alone[4];
  CHECK(sum == begin + end);
}

TEST_CASE("places keep their precision in bins that are far smaller, or larger, than the pool's range",
          "[plugin][encoding]") {
  const float size = GENERATE(1e-4F, 1.0F, 1e4F);
  CAPTURE(size);
  Encoding encoding;
  encoding.features = {{{5.0F, 5.0F + size, 5.0F + 2.0F * size}, false}};
  FeatureMatrix features(7, 1);
  features << 4.0F, 5.0F, 5.0F + 0.3F * size, 5.0F + 1.7F * size, 5.0F + 2.0F * size, 5.5F, 20000.0F;
  if (size > 1.0F) features = (features.array() * 1e-4F + 5.0F).matrix();  // all in the first bin
  const PoolRange range = pool_range(features);
  FeatureMatrix encoded;
  encoding.encode(features, range, encoded);
  const BinLayout layout(encoding);
  const FeatureMatrix weight = FeatureMatrix::Identity(layout.num_columns, layout.num_columns);
  BinnedRows rows;
  rows.bin(layout, features, range);
  FeatureMatrix out;
  first_layer(rows, first_bases(layout, weight), weight, Eigen::VectorXf::Zero(layout.num_columns), out);
  CHECK((out - encoded).cwiseAbs().maxCoeff() < 1e-6F);
}

TEST_CASE("a row's sums do not depend on the rows beside it", "[plugin][encoding]") {
  const Board board(6, 20);
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
  const FirstLayerDelta example{&rows, random_matrix(6, 3, 10)};
  first_layer_gradient({&example}, gradient);
  CHECK((gradient - inputs.transpose() * example.delta).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("no rows give no sums and a gradient of zeros", "[plugin][encoding]") {
  const Board board(11);
  const BinLayout layout(board.encoding);
  BinnedRows rows;
  rows.bin(layout, FeatureMatrix(0, 5), board.range);
  FeatureMatrix gradient = random_matrix(2, 2, 12);
  const FirstLayerDelta example{&rows, FeatureMatrix(0, 3)};
  first_layer_gradient({&example}, gradient);
  CHECK(gradient == FeatureMatrix::Zero(layout.num_columns, 3));
}

}  // namespace irgan::first_layer_test
