#include "trainer/measures/sign_test.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace irgan;

namespace {

// The same by adding up the binomial distribution term by term.
double naive_p(int wins, int losses) {
  const int n = wins + losses;
  double p = 0.0;
  for (int k = 0; k <= n; ++k) {
    if (std::abs(2 * k - n) < std::abs(wins - losses)) continue;
    p += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) - n * std::log(2.0));
  }
  return p;
}

}  // namespace

TEST_CASE("the sign test is exact", "[trainer][sign_test]") {
  CHECK(sign_test_p(0, 0) == 1.0);
  CHECK(sign_test_p(3, 3) == 1.0);
  CHECK(sign_test_p(1, 0) == 1.0);
  CHECK(sign_test_p(5, 0) == Approx(2.0 / 32.0));
  CHECK(sign_test_p(0, 6) == Approx(2.0 / 64.0));
  CHECK(sign_test_p(9, 1) == Approx(2.0 * 11.0 / 1024.0));
  for (const auto& [wins, losses] : {std::pair{12, 5}, {40, 61}, {300, 250}, {501, 500}}) {
    CHECK(sign_test_p(static_cast<unsigned>(wins), static_cast<unsigned>(losses)) ==
          Approx(naive_p(wins, losses)).epsilon(1e-9));
  }
}

// Two million and a little more against two million: 2.5 deviations of the normal distribution, p .0124.
TEST_CASE("the sign test holds for millions", "[trainer][sign_test]") {
  CHECK(sign_test_p(2'002'500, 1'997'500) == Approx(0.0124).margin(0.0001));
  CHECK(sign_test_p(4'000'000, 0) < 1e-300);
}

// Simulated trials at the number that the formula gives: about four of five are below .05.
TEST_CASE("as many throws as are needed find the difference in four trials of five", "[trainer][sign_test]") {
  const double rate = GENERATE(0.55, 0.6, 0.7, 0.35);
  const auto throws = static_cast<int>(throws_needed(rate));
  std::mt19937_64 random(7);
  std::binomial_distribution<int> wins(throws, rate);
  constexpr int kTrials = 4000;
  int found = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const int won = wins(random);
    found += sign_test_p(static_cast<unsigned>(won), static_cast<unsigned>(throws - won)) < 0.05;
  }
  CAPTURE(rate, throws);
  // The formula leaves out that counts are whole numbers, which makes the exact test a little shy on few throws.
  CHECK(static_cast<double>(found) / kTrials == Approx(0.8).margin(0.08));
  CHECK(std::isinf(throws_needed(0.5)));
  CHECK(throws_needed(1.0) == 6.0);
  CHECK(throws_needed(0.4) == Approx(throws_needed(0.6)));
}
