#include "trainer/measures/sign_test.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace irgan {

double sign_test_p(std::uint64_t num_wins, std::uint64_t num_losses) {
  const std::uint64_t more = std::max(num_wins, num_losses);
  const std::uint64_t fewer = std::min(num_wins, num_losses);
  if (more == fewer) return 1.0;
  const boost::math::binomial_distribution<double> coin(static_cast<double>(more + fewer), 0.5);
  return std::min(1.0, 2.0 * cdf(coin, static_cast<double>(fewer)));
}

double throws_needed(double win_rate) {
  assert(win_rate >= 0.0 && win_rate <= 1.0);
  constexpr double kQuantile975 = 1.959963984540054;  // of the normal distribution
  constexpr double kQuantile80 = 0.8416212335729143;
  const double distance = std::abs(win_rate - 0.5);
  if (distance == 0.0) return std::numeric_limits<double>::infinity();
  const double root = (kQuantile975 / 2.0 + kQuantile80 * std::sqrt(win_rate * (1.0 - win_rate))) / distance;
  return std::max(6.0, std::ceil(root * root));
}

}  // namespace irgan
