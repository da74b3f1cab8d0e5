/// Fits non-negative coefficients of a softmax to given distributions, one a pool.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A pool whose logits are columns * coefficients.
struct SoftmaxPool {
  Eigen::MatrixXd columns;  ///< documents x coefficients
  Eigen::VectorXd target;   ///< probabilities that add up to 1
};

/// Returns the mean over pools of -sum_i target_i log softmax(columns * coefficients)_i, in nats.
///
/// Requires: at least one pool, none without documents
IRGAN_API double cross_entropy(const std::vector<SoftmaxPool>& pools,
                               const Eigen::Ref<const Eigen::VectorXd>& coefficients);

/// Returns the coefficients >= 0 of the least cross entropy, which is convex in them.
///
/// Source:   projected Newton steps: Bertsekas, "Projected Newton methods for optimization problems with simple
///           constraints", SIAM J. Control and Optimization 20(2), 1982. A ridge of 1e-6 of the curvature decides
///           between columns that do the same; a column of zeros gets 0.
/// Shapes:   start and result: a coefficient a column
/// Requires: start >= 0, finite columns
/// Cost:     O(documents * columns^2) a step, at most 50 steps
IRGAN_API Eigen::VectorXd fit_nonnegative_softmax(const std::vector<SoftmaxPool>& pools,
                                                  const Eigen::Ref<const Eigen::VectorXd>& start);

}  // namespace irgan
