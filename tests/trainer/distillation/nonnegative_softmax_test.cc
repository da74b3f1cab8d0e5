#include "trainer/distillation/nonnegative_softmax.h"

#include <catch2/catch.hpp>
#include <random>

#include "trainer/game/softmax.h"

namespace irgan::nonnegative_softmax_test {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

std::vector<SoftmaxPool> random_pools(const VectorXd& truth, std::size_t count, std::uint64_t seed,
                                      double noise = 0.0) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<SoftmaxPool> pools(count);
  for (SoftmaxPool& pool : pools) {
    pool.columns = MatrixXd::NullaryExpr(12, truth.size(), [&] { return normal(random); });
    pool.target = softmax(pool.columns * truth + noise * VectorXd::NullaryExpr(12, [&] { return normal(random); }));
  }
  return pools;
}

}  // namespace

TEST_CASE("cross_entropy is that of a hand-worked pool", "[trainer][nonnegative_softmax]") {
  SoftmaxPool pool;
  pool.columns = (MatrixXd(2, 1) << std::log(3.0), 0.0).finished();  // softmax .75, .25
  pool.target = (VectorXd(2) << 0.5, 0.5).finished();
  const VectorXd one = VectorXd::Ones(1);
  CHECK(cross_entropy({pool}, one) == Approx(-0.5 * std::log(0.75) - 0.5 * std::log(0.25)));
  CHECK(cross_entropy({pool, pool}, one) == Approx(cross_entropy({pool}, one)));
}

TEST_CASE("coefficients that made the distributions are found again", "[trainer][nonnegative_softmax]") {
  const VectorXd truth = (VectorXd(4) << 1.5, 0.2, 3.0, 0.7).finished();
  const VectorXd found = fit_nonnegative_softmax(random_pools(truth, 50, 1), VectorXd::Ones(4));
  for (Index i = 0; i < 4; ++i) CHECK(found[i] == Approx(truth[i]).epsilon(1e-3));
}

TEST_CASE("at the fit no allowed move lowers the cross entropy", "[trainer][nonnegative_softmax]") {
  const VectorXd truth = (VectorXd(5) << 1.0, -2.0, 0.5, -0.1, 2.0).finished();  // two are out of reach
  const std::vector<SoftmaxPool> pools = random_pools(truth, 60, 2, 0.5);
  const VectorXd found = fit_nonnegative_softmax(pools, VectorXd::Constant(5, GENERATE(0.0, 0.5, 4.0)));
  CHECK(found.minCoeff() == 0.0);
  CHECK(found[1] == 0.0);
  const double least = cross_entropy(pools, found);
  for (Index i = 0; i < 5; ++i) {
    for (const double move : {-0.05, 0.05}) {
      if (found[i] + move < 0.0) continue;
      CHECK(cross_entropy(pools, found + move * VectorXd::Unit(5, i)) > least);
    }
  }
}

TEST_CASE("columns that say nothing get 0, and equal columns share", "[trainer][nonnegative_softmax]") {
  std::vector<SoftmaxPool> pools = random_pools((VectorXd(2) << 2.0, 1.0).finished(), 30, 3);
  for (SoftmaxPool& pool : pools) {
    const MatrixXd columns = pool.columns;
    pool.columns.resize(columns.rows(), 4);
    pool.columns << columns, columns.col(0), VectorXd::Zero(columns.rows());
  }
  const VectorXd found = fit_nonnegative_softmax(pools, VectorXd::Constant(4, 0.5));
  CHECK(found[0] + found[2] == Approx(2.0).epsilon(1e-2));
  CHECK(found[1] == Approx(1.0).epsilon(1e-2));
  CHECK(found[3] == 0.0);
}

}  // namespace irgan::nonnegative_softmax_test
