/// The slope of a function by measuring it: what every hand-derived gradient is compared with.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <limits>

namespace irgan {

/// Returns (f(x + h e_j) - f(x - h e_j)) / 2h for each j.
///
/// With h = 1e-5 and |f|, |f'''| below 100 the truncation, h^2 |f'''| / 6, and the round-off, 2^-53 |f| / h, stay below
/// 2e-9 each; kSlopeTolerance is twice their sum.
inline constexpr double kSlopeTolerance = 1e-8;

inline Eigen::VectorXd central_differences(const std::function<double(const Eigen::VectorXd&)>& f,
                                           const Eigen::VectorXd& x, double h = 1e-5) {
  Eigen::VectorXd slopes(x.size());
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const Eigen::VectorXd nudge = h * Eigen::VectorXd::Unit(x.size(), j);
    slopes[j] = (f(x + nudge) - f(x - nudge)) / (2.0 * h);
  }
  return slopes;
}

/// The largest difference between two vectors' entries; infinite where their sizes differ or an entry is NaN.
inline double largest_difference(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  if (a.size() != b.size() || a.hasNaN() || b.hasNaN()) return std::numeric_limits<double>::infinity();
  return a.size() == 0 ? 0.0 : (a - b).cwiseAbs().maxCoeff();
}

}  // namespace irgan
