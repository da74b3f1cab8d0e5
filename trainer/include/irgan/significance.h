/// Says whether one ranker beats another by more than the luck of the queries, or of the clicks.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A number with its 95 % interval.
struct Interval {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// Returns the mean of one value a query with its 95 % percentile interval; all 0 for no values.
///
/// Source: the bootstrap over queries, Efron 1979, 2,000 samples; the same seed gives the same interval everywhere
/// Cost:   O(2,000 n)
IRGAN_API Interval bootstrapped_mean(const std::vector<double>& values, std::uint64_t seed);

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

/// Returns the two-sided p-value of the exact sign test: the chance that a fair coin gives a count at least as far from
/// half of all throws as the one observed. Ties are left out before; p is 1 if there is nothing to count.
///
/// Cost: O(1);  Threads: pure
IRGAN_API double sign_test_p(std::uint64_t num_wins, std::uint64_t num_losses);

/// Returns how many throws of a coin that falls to one side with chance `win_rate` are needed so that sign_test_p is
/// below .05 in four trials of five; infinity for a rate of 1/2.
///
/// Source:   the power formula of a test of one proportion, by the normal distribution:
///           n = ((z_.975 / 2 + z_.8 sqrt(w (1 - w))) / (w - 1/2))^2, at least the 6 without which no p is below .05
/// Requires: win_rate from 0 to 1
IRGAN_API double throws_needed(double win_rate);

}  // namespace irgan
