#include "trainer/collection/leading_vectors.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <random>

namespace irgan {
namespace {

using Eigen::Index;

constexpr Index kOversampling = 20;
constexpr int kIterations = 5;
constexpr Index kRowsAtOnce = 1024;
constexpr Index kColumnsAtOnce = 32;
// A direction whose squared length is such a part of the longest one's is what rounding left.
constexpr double kNothing = 1e-14;

// Calls work(begin, size) for blocks of up to `block` of `count` things, shared out.
template <class Work>
void for_each_block(ThreadPool& threads, Index count, Index block, const Work& work) {
  threads.for_each(static_cast<std::size_t>((count + block - 1) / block), [&](std::size_t i, unsigned) {
    const Index begin = static_cast<Index>(i) * block;
    work(begin, std::min(block, count - begin));
  });
}

FeatureMatrix product(const SparseRows& a, const FeatureMatrix& x, ThreadPool& threads) {
  FeatureMatrix result(a.rows(), x.cols());
  for_each_block(threads, a.rows(), kRowsAtOnce, [&](Index begin, Index size) {
    for (Index i = begin; i < begin + size; ++i) {
      auto out = result.row(i);
      out.setZero();
      for (SparseRows::InnerIterator entry(a, i); entry; ++entry) out += entry.value() * x.row(entry.col());
    }
  });
  return result;
}

// x becomes A^T A x, some columns at a time: so the large side of A needs room for few numbers a row.
void multiply(const SparseRows& rows, const SparseRows& columns, FeatureMatrix& x, ThreadPool& threads) {
  for (Index begin = 0; begin < x.cols(); begin += kColumnsAtOnce) {
    auto some = x.middleCols(begin, std::min(kColumnsAtOnce, x.cols() - begin));
    some = product(columns, product(rows, some, threads), threads);
  }
}

// The part of x^T x that solvers read, below the diagonal: some rows of it a thread, whose sums are in the order of x.
Eigen::MatrixXd inner_products(const FeatureMatrix& x, ThreadPool& threads) {
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  for_each_block(threads, x.cols(), kColumnsAtOnce, [&](Index begin, Index size) {
    for (Index row = 0; row < x.rows(); row += kRowsAtOnce) {
      const auto block = x.middleRows(row, std::min(kRowsAtOnce, x.rows() - row));
      const Eigen::MatrixXd before = block.leftCols(begin + size).cast<double>();
      products.block(begin, 0, size, begin + size).noalias() += before.rightCols(size).transpose() * before;
    }
  });
  return products;
}

// x becomes its left singular vectors, by falling singular value: with x^T x = U L U^T they are x U L^(-1/2).
void make_orthonormal(FeatureMatrix& x, ThreadPool& threads) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(inner_products(x, threads));
  const double largest = solver.eigenvalues().tail(1)[0];
  Eigen::MatrixXd turn = solver.eigenvectors().rowwise().reverse();
  for (Index k = 0; k < turn.cols(); ++k) {
    const double squared_length = solver.eigenvalues()[turn.cols() - 1 - k];
    turn.col(k) *= squared_length > kNothing * largest ? 1.0 / std::sqrt(squared_length) : 0.0;
  }
  for_each_block(threads, x.rows(), kRowsAtOnce, [&](Index begin, Index size) {
    x.middleRows(begin, size) = (x.middleRows(begin, size).cast<double>() * turn).cast<float>();
  });
}

}  // namespace

FeatureMatrix leading_right_vectors(const SparseRows& rows, const SparseRows& columns, Index count, std::uint64_t seed,
                                    ThreadPool& threads) {
  const Index wanted = std::min({count, rows.rows(), rows.cols()});
  const Index width = std::min({count + kOversampling, rows.rows(), rows.cols()});
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  FeatureMatrix directions(rows.cols(), width);
  for (Index i = 0; i < directions.rows(); ++i) {
    for (Index j = 0; j < width; ++j) directions(i, j) = normal(random);
  }
  for (int k = 0; k < kIterations; ++k) {
    multiply(rows, columns, directions, threads);
    make_orthonormal(directions, threads);
  }
  return directions.leftCols(wanted);
}

}  // namespace irgan
