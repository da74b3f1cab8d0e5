/// How much examples count, without copies of them.
#pragma once

#include <vector>

#include "irgan/training_data.h"

namespace irgan {

/// query_weights() of examples that stand elsewhere.
std::vector<double> weights_of(const std::vector<const Example*>& examples, LabelKind kind, QueryWeight weight,
                               const std::vector<Pool>& pools, double beside_pages = 1.0);

}  // namespace irgan
