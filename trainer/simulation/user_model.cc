#include "trainer/simulation/user_model.h"

#include <algorithm>
#include <cmath>

namespace irgan {

double UserModel::chance(int rank, int label, int highest_label) const {
  if (rank > num_ranks) return 0.0;
  const double examination = std::pow(static_cast<double>(rank), -examination_exponent);
  const std::size_t kind = label <= 0 ? 0 : label < highest_label ? 1 : 2;
  return examination * click_chance[kind];
}

int draw_sessions(const UserModel& users, std::mt19937_64& random) {
  // exp(mu + 1/2) is the mean of a log-normal with deviation 1.
  std::lognormal_distribution<double> sessions(std::log(users.mean_sessions) - 0.5, 1.0);
  return std::max(1, static_cast<int>(sessions(random)));
}

}  // namespace irgan
