/// The range of each feature among the candidates of a query.
#pragma once

#include <Eigen/Core>

namespace irgan {

/// The smallest and largest value of each feature in a pool, missing values aside; 0, 0 where all are missing.
struct PoolRange {
  Eigen::VectorXf low;
  Eigen::VectorXf high;
};

}  // namespace irgan
