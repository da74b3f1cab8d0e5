#include "trainer/collection/leading_vectors.h"

#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <random>

namespace irgan::leading_vectors_test {

using Eigen::Index;

namespace {

// Few strong directions, and weak noise in all others; most entries are zeros.
SparseRows sparse_matrix(Index rows, Index columns, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  Eigen::MatrixXf left(rows, 3);
  Eigen::MatrixXf right(columns, 3);
  for (float& x : left.reshaped()) x = normal(random);
  for (float& x : right.reshaped()) x = normal(random);
  const Eigen::MatrixXf strong = left * Eigen::Vector3f(9.0F, 5.0F, 2.0F).asDiagonal() * right.transpose();
  Eigen::MatrixXf all = strong;
  for (float& x : all.reshaped()) x = random() % 3 == 0 ? x + 0.1F * normal(random) : 0.0F;
  return all.sparseView();
}

}  // namespace

TEST_CASE("leading vectors are those of a whole decomposition", "[trainer][collection]") {
  const SparseRows rows = sparse_matrix(60, 40, 1);
  ThreadPool threads(2);
  const FeatureMatrix found = leading_right_vectors(rows, rows.transpose(), 3, 1, threads);
  REQUIRE(found.rows() == 40);
  REQUIRE(found.cols() == 3);
  const Eigen::MatrixXf dense = rows;
  const Eigen::JacobiSVD<Eigen::MatrixXf> svd(dense, Eigen::ComputeThinV);
  for (Index k = 0; k < 3; ++k) {
    CAPTURE(k);
    CHECK(std::abs(found.col(k).dot(svd.matrixV().col(k))) == Approx(1.0).margin(1e-3));
    CHECK(found.col(k).norm() == Approx(1.0).margin(1e-4));
  }
}

TEST_CASE("beyond the rank of a matrix there are no directions", "[trainer][collection]") {
  Eigen::MatrixXf rank_two = Eigen::MatrixXf::Random(60, 2) * Eigen::MatrixXf::Random(2, 40);
  const SparseRows rows = rank_two.sparseView();
  ThreadPool threads(1);
  const FeatureMatrix found = leading_right_vectors(rows, rows.transpose(), 5, 1, threads);
  REQUIRE(found.cols() == 5);
  CHECK((rank_two * found.leftCols(2)).norm() == Approx(rank_two.norm()));
  CHECK((rank_two * found.rightCols(3)).norm() == Approx(0.0).margin(1e-3 * rank_two.norm()));
  CHECK((found.leftCols(2).transpose() * found.leftCols(2)).isIdentity(1e-4F));
  INFO(found.colwise().norm());
  CHECK(found.rightCols(3).isZero());
  CHECK(leading_right_vectors(SparseRows(9, 4), SparseRows(4, 9), 3, 1, threads).isZero());
}

TEST_CASE("leading vectors are the same at any number of threads", "[trainer][collection]") {
  const SparseRows rows = sparse_matrix(3000, 50, 2);
  ThreadPool one(1);
  ThreadPool five(5);
  CHECK(leading_right_vectors(rows, rows.transpose(), 8, 3, one) ==
        leading_right_vectors(rows, rows.transpose(), 8, 3, five));
}

TEST_CASE("a small matrix has no more vectors than columns", "[trainer][collection]") {
  const SparseRows rows = sparse_matrix(9, 4, 3);
  ThreadPool threads(1);
  CHECK(leading_right_vectors(rows, rows.transpose(), 64, 1, threads).cols() == 4);
}

}  // namespace irgan::leading_vectors_test
