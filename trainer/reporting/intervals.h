/// Intervals of means over queries.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/report.h"

namespace irgan {

/// Returns the mean with its 95 % percentile interval.
///
/// Source: the bootstrap over queries, Efron 1979, 2,000 samples; the same seed gives the same interval everywhere
/// Cost:   O(2,000 n)
Interval bootstrapped_mean(const std::vector<double>& values, std::uint64_t seed);

}  // namespace irgan
