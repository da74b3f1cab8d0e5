#include "trainer/collection/leading_vectors.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <random>

namespace irgan {
namespace {

using Eigen::Index;
using Dense = Eigen::MatrixXf;

constexpr Index kOversampling = 20;
constexpr int kPowerIterations = 4;
constexpr Index kRowsAtOnce = 1024;

FeatureMatrix product(const SparseRows& a, const FeatureMatrix& x, ThreadPool& threads) {
  FeatureMatrix result(a.rows(), x.cols());
  const Index blocks = (a.rows() + kRowsAtOnce - 1) / kRowsAtOnce;
  threads.for_each(static_cast<std::size_t>(blocks), [&](std::size_t block, unsigned) {
    const Index begin = static_cast<Index>(block) * kRowsAtOnce;
    const Index end = std::min(begin + kRowsAtOnce, a.rows());
    for (Index i = begin; i < end; ++i) {
      auto out = result.row(i);
      out.setZero();
      for (SparseRows::InnerIterator entry(a, i); entry; ++entry) out += entry.value() * x.row(entry.col());
    }
  });
  return result;
}

FeatureMatrix orthonormal(const FeatureMatrix& x) {
  const Eigen::HouseholderQR<Dense> qr(x);
  return qr.householderQ() * Dense::Identity(x.rows(), std::min(x.rows(), x.cols()));
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
  FeatureMatrix range = product(rows, directions, threads);
  for (int k = 0; k < kPowerIterations; ++k) {
    range = product(rows, orthonormal(product(columns, orthonormal(range), threads)), threads);
  }
  // A = Q B nearly, with B = Q^T A in few rows; V of B is V of A.
  const Dense b_transposed = product(columns, orthonormal(range), threads);
  const Eigen::HouseholderQR<Dense> qr(b_transposed);
  const Dense r = qr.matrixQR().topRows(width).triangularView<Eigen::Upper>();
  const Eigen::JacobiSVD<Dense> svd(r, Eigen::ComputeThinU);
  const Dense q = qr.householderQ() * Dense::Identity(b_transposed.rows(), width);
  return q * svd.matrixU().leftCols(wanted);
}

}  // namespace irgan
