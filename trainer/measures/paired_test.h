/// Says whether one ranker beats another by more than the luck of the queries.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Returns the two-sided p-value of a paired randomisation test: in each round the sign of every difference a[i] - b[i]
/// is drawn anew, and p = (rounds with a sum at least as far from 0 as the one observed + 1) / (rounds + 1).
/// Differences of exactly 0 are dropped; p is 1 if none is left.
///
/// Source:   Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
///           evaluation, CIKM 2007
/// Requires: a and b have one finite value a query, in the same order; rounds >= 1
/// Cost:     O(rounds * queries); the same seed gives the same p everywhere
IRGAN_API double paired_randomisation_p(const std::vector<double>& a, const std::vector<double>& b, std::uint64_t seed,
                                        int rounds = 10000);  // p down to .0001, .05 within +-.004

/// The same for means over weighted queries: difference i is multiplied by weights[i] over the mean weight.
///
/// Requires: one weight a query, none below 0
IRGAN_API double paired_randomisation_p(const std::vector<double>& a, const std::vector<double>& b,
                                        const std::vector<double>& weights, std::uint64_t seed, int rounds = 10000);

}  // namespace irgan
