/// The range of each feature among the candidates of a query.
#pragma once

#include <Eigen/Core>

namespace irgan {

/// The smallest and largest value of each feature in a pool, missing values aside; 0, 0 where all are missing. Inputs
/// that are relative to a pool are taken between the two.
///
/// Shapes: low, high: one entry a feature, in the schema's order
/// Units:  the feature's own
struct PoolRange {
  Eigen::VectorXf low;
  Eigen::VectorXf high;
};

}  // namespace irgan
