/// Chooses the bins of the piecewise-linear encoding from training rows.
#pragma once

#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/encoding.h"

namespace irgan {

/// Places `bins` quantile bins a feature over all rows of `pools`, neighbouring equal edges merged; a feature that is
/// missing anywhere gets an indicator.
///
/// Requires: pools not empty, bins > 0
/// Cost:     one sort a feature; of more than 10^6 rows an even share is taken
IRGAN_API Encoding fit_encoding(const std::vector<Pool>& pools, int bins);

}  // namespace irgan
