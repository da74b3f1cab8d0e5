/// Says whether one side wins more often than luck would have it.
#pragma once

#include <cstdint>

#include "irgan/errors.h"

namespace irgan {

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
