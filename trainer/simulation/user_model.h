/// Simulated users: how they look at a result page and what they click.
#pragma once

#include <array>
#include <random>
#include <vector>

namespace irgan {

/// Examination 1 / rank^exponent down to the last rank shown; a click on an examined document by its label.
struct UserModel {
  int num_ranks = 20;
  double examination_exponent = 1.0;
  double mean_sessions = 30.0;                         ///< a query; log-normal with deviation 1 of the logarithm
  std::array<double, 3> click_chance{0.1, 0.35, 0.9};  ///< label none, below the highest, the highest

  /// Returns the chance of a click at `rank` (1-based), whatever else is on the page.
  double chance(int rank, int label, int highest_label) const;
};

/// Returns how many sessions ask a query: log-normal around the mean, at least 1.
int draw_sessions(const UserModel& users, std::mt19937_64& random);

}  // namespace irgan
