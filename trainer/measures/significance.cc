#include "irgan/significance.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace irgan {
namespace {

// Hands out random signs, 64 from each word of the engine: what a distribution object makes of an engine is not laid
// down by the standard, its bits are.
class RandomSigns {
 public:
  explicit RandomSigns(std::uint64_t seed) : engine_(seed) {}

  double next() {
    if (num_left_ == 0) {
      bits_ = engine_();
      num_left_ = 64;
    }
    const double sign = (bits_ & 1) != 0 ? 1.0 : -1.0;
    bits_ >>= 1;
    --num_left_;
    return sign;
  }

 private:
  std::mt19937_64 engine_;
  std::uint64_t bits_ = 0;
  int num_left_ = 0;
};

double sign_flip_p(const std::vector<double>& differences, std::uint64_t seed, int rounds) {
  double observed = 0.0;
  double largest = 0.0;  // the sum with every sign the same
  for (const double difference : differences) {
    observed += difference;
    largest += std::fabs(difference);
  }
  // Sums that are equal on paper may differ by the rounding of n additions: they count as a tie.
  const double slack = static_cast<double>(differences.size()) * std::numeric_limits<double>::epsilon() * largest;
  const double bar = std::fabs(observed) - slack;

  RandomSigns signs(seed);
  int num_hits = 0;
  for (int round = 0; round < rounds; ++round) {
    double sum = 0.0;
    for (const double difference : differences) sum += signs.next() * difference;
    if (std::fabs(sum) >= bar) ++num_hits;
  }
  return (num_hits + 1.0) / (rounds + 1.0);
}

}  // namespace

double paired_randomisation_p(const std::vector<double>& a, const std::vector<double>& b, std::uint64_t seed,
                              int rounds) {
  return paired_randomisation_p(a, b, std::vector<double>(a.size(), 1.0), seed, rounds);
}

double paired_randomisation_p(const std::vector<double>& a, const std::vector<double>& b,
                              const std::vector<double>& weights, std::uint64_t seed, int rounds) {
  assert(a.size() == b.size() && a.size() == weights.size() && rounds >= 1);
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    assert(weights[i] >= 0.0 && std::isfinite(a[i]) && std::isfinite(b[i]));
    // The mean weight is left out: it scales the observed and the drawn sums alike.
    const double difference = weights[i] * (a[i] - b[i]);
    if (difference != 0.0) differences.push_back(difference);
  }
  return differences.empty() ? 1.0 : sign_flip_p(differences, seed, rounds);
}

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

Interval bootstrapped_mean(const std::vector<double>& values, std::uint64_t seed) {
  constexpr std::size_t kSamples = 2000;
  if (values.empty()) return {};
  const auto num_values = static_cast<double>(values.size());
  std::mt19937_64 random(seed);
  std::vector<double> means(kSamples);
  for (double& each : means) {
    double sum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[random() % values.size()];
    each = sum / num_values;
  }
  std::sort(means.begin(), means.end());
  return {std::accumulate(values.begin(), values.end(), 0.0) / num_values, means[kSamples / 40],
          means[kSamples - 1 - kSamples / 40]};
}

}  // namespace irgan
