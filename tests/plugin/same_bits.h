/// Feature rows compared bit by bit.
#pragma once

#include <cmath>
#include <cstring>

#include "irgan/feature_extractor.h"

namespace irgan {

/// Whether two matrices are of one shape and hold the same bits; a NaN equals every NaN.
inline bool same_bits(const FeatureMatrix& a, const FeatureMatrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    const float x = a.data()[i];
    const float y = b.data()[i];
    if (std::memcmp(&x, &y, sizeof x) != 0 && !(std::isnan(x) && std::isnan(y))) return false;
  }
  return true;
}

}  // namespace irgan
