#include "trainer/distillation/nonnegative_softmax.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cassert>

#include "trainer/game/softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMaxSteps = 50;
constexpr double kRidge = 1e-6;
constexpr double kLeastStepGain = 1e-7;   // nats; what is less is not worth another step
constexpr double kSufficientGain = 1e-4;  // of what the gradient promises: Armijo's rule with its usual constant

struct Slope {
  double loss = 0.0;
  VectorXd gradient;
  MatrixXd curvature;
};

// With p = softmax(X w) and target t:  dL/dw = X^T (p - t),  d2L/dw2 = X^T (diag(p) - p p^T) X.
Slope slope_at(const std::vector<SoftmaxPool>& pools, const VectorXd& w) {
  Slope slope;
  slope.gradient = VectorXd::Zero(w.size());
  slope.curvature = MatrixXd::Zero(w.size(), w.size());
  for (const SoftmaxPool& pool : pools) {
    const VectorXd log_p = log_softmax(pool.columns * w);
    const VectorXd p = log_p.array().exp();
    const VectorXd mean = pool.columns.transpose() * p;
    slope.loss -= pool.target.dot(log_p);
    slope.gradient += mean - pool.columns.transpose() * pool.target;
    slope.curvature += pool.columns.transpose() * p.asDiagonal() * pool.columns - mean * mean.transpose();
  }
  const double share = 1.0 / static_cast<double>(pools.size());
  slope.loss *= share;
  slope.gradient *= share;
  slope.curvature *= share;
  return slope;
}

// The Newton direction of the coefficients that are free to move; those at 0 that would go below stay.
VectorXd direction_of(const Slope& slope, const VectorXd& w) {
  std::vector<Index> free;
  for (Index i = 0; i < w.size(); ++i) {
    if (w[i] > 0.0 || slope.gradient[i] < 0.0) free.push_back(i);
  }
  const auto size = static_cast<Index>(free.size());
  MatrixXd curvature(size, size);
  VectorXd gradient(size);
  for (Index i = 0; i < size; ++i) {
    gradient[i] = slope.gradient[free[static_cast<std::size_t>(i)]];
    for (Index j = 0; j < size; ++j) {
      curvature(i, j) = slope.curvature(free[static_cast<std::size_t>(i)], free[static_cast<std::size_t>(j)]);
    }
    curvature(i, i) += kRidge * std::max(curvature(i, i), 1e-6);
  }
  VectorXd direction = VectorXd::Zero(w.size());
  if (size == 0) return direction;
  const VectorXd step = curvature.ldlt().solve(gradient);
  for (Index i = 0; i < size; ++i) direction[free[static_cast<std::size_t>(i)]] = -step[i];
  return direction;
}

}  // namespace

double cross_entropy(const std::vector<SoftmaxPool>& pools, const Eigen::Ref<const VectorXd>& coefficients) {
  assert(!pools.empty());
  double sum = 0.0;
  for (const SoftmaxPool& pool : pools) sum -= pool.target.dot(log_softmax(pool.columns * coefficients));
  return sum / static_cast<double>(pools.size());
}

VectorXd fit_nonnegative_softmax(const std::vector<SoftmaxPool>& pools, const Eigen::Ref<const VectorXd>& start) {
  assert(!pools.empty() && (start.array() >= 0.0).all());
  VectorXd w = start;
  for (Index i = 0; i < w.size(); ++i) {
    const auto says_nothing = [i](const SoftmaxPool& pool) { return pool.columns.col(i).isZero(0.0); };
    if (std::all_of(pools.begin(), pools.end(), says_nothing)) w[i] = 0.0;
  }
  for (int step = 0; step < kMaxSteps; ++step) {
    const Slope slope = slope_at(pools, w);
    const VectorXd direction = direction_of(slope, w);
    double gain = 0.0;
    for (double length = 1.0; length > 1e-6; length /= 2.0) {
      const VectorXd moved = (w + length * direction).cwiseMax(0.0);
      const double promised = slope.gradient.dot(w - moved);
      gain = slope.loss - cross_entropy(pools, moved);
      if (gain >= kSufficientGain * promised && gain >= 0.0) {
        w = moved;
        break;
      }
      gain = 0.0;
    }
    if (gain < kLeastStepGain) break;
  }
  return w;
}

}  // namespace irgan
