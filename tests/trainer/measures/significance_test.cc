#include "irgan/significance.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace irgan::significance_test {

using Catch::Matchers::WithinAbs;

namespace {

// Four standard deviations of a share of 10,000 rounds: 4 sqrt(0.25 / 10000).
constexpr double kSampled = 0.02;

double p_of(const std::vector<double>& differences, std::uint64_t seed = 1) {
  return paired_randomisation_p(differences, std::vector<double>(differences.size(), 0.0), seed);
}

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

TEST_CASE("equal runs have p = 1", "[trainer][significance]") {
  CHECK(paired_randomisation_p({0.3, 0.7}, {0.3, 0.7}, 1) == 1.0);
  CHECK(paired_randomisation_p({}, {}, 1) == 1.0);
}

TEST_CASE("a constant win over 20 queries has the smallest p that the rounds can show", "[trainer][significance]") {
  // All 20 signs are equal in 2 of 2^20 rounds: 0.02 hits are expected in 10,000.
  CHECK_THAT(p_of(std::vector<double>(20, 0.1)), WithinAbs(1.0 / 10001.0, 1e-12));
  CHECK_THAT(p_of(std::vector<double>(20, -0.1)), WithinAbs(1.0 / 10001.0, 1e-12));
}

TEST_CASE("differences that cancel out have p = 1", "[trainer][significance]") {
  CHECK(p_of({0.2, -0.2, 0.1, -0.1}) == 1.0);  // every sum is at least as far from 0 as 0 is
}

TEST_CASE("p is the share of sign patterns at least as extreme", "[trainer][significance]") {
  CHECK_THAT(p_of({1, 2, 3}), WithinAbs(0.25, kSampled));  // 6: +++ and --- of 8
  CHECK_THAT(p_of({3, -1, 2}), WithinAbs(0.5, kSampled));  // 4: the sums are +-6, +-4, +-2, 0, 0
}

TEST_CASE("sums that differ by rounding alone count as equal", "[trainer][significance]") {
  // The sum is .6. With +.6 the patterns +++, ++-, +-+, -++ and --+ of .1 .2 .3 reach it, and as many with -.6: 10 of
  // 16. In doubles .1 + .2 - .3 + .6 is above -.1 - .2 + .3 + .6.
  REQUIRE(0.1 + 0.2 - 0.3 + 0.6 > -0.1 - 0.2 + 0.3 + 0.6);
  CHECK_THAT(p_of({0.1, 0.2, -0.3, 0.6}), WithinAbs(0.625, kSampled));
}

TEST_CASE("queries without a difference leave p alone", "[trainer][significance]") {
  CHECK(p_of({1, 0, 2, 0, 0, 3}) == p_of({1, 2, 3}));
}

TEST_CASE("p depends on the seed alone, and not on which run is first", "[trainer][significance]") {
  const std::vector<double> a = {0.5, 0.2, 0.9, 0.4, 0.6};
  const std::vector<double> b = {0.4, 0.3, 0.2, 0.1, 0.6};
  CHECK(paired_randomisation_p(a, b, 7) == paired_randomisation_p(a, b, 7));
  CHECK(paired_randomisation_p(a, b, 7) == paired_randomisation_p(b, a, 7));
  CHECK(paired_randomisation_p(a, b, 7) != paired_randomisation_p(a, b, 8));
}

TEST_CASE("the number of rounds bounds p from below", "[trainer][significance]") {
  const std::vector<double> wins(40, 1.0);
  CHECK_THAT(paired_randomisation_p(wins, std::vector<double>(40, 0.0), 1, 99), WithinAbs(0.01, 1e-12));
}

TEST_CASE("weights multiply the differences of their queries", "[trainer][significance]") {
  const std::vector<double> a = {1, 1, 0};
  const std::vector<double> b = {0, 0, 1};
  // Unweighted the sum is 1, the least that three signs can give. Weighted it is 4 + 2 - 1 = 5, and the sums are
  // +-7, +-5, +-3, +-1.
  CHECK(paired_randomisation_p(a, b, 1) == 1.0);
  CHECK_THAT(paired_randomisation_p(a, b, {4, 2, 1}, 1), WithinAbs(0.5, kSampled));
  CHECK(paired_randomisation_p(a, b, {4, 2, 1}, 1) == paired_randomisation_p(a, b, {400, 200, 100}, 1));
  CHECK(paired_randomisation_p(a, b, {2, 2, 2}, 1) == paired_randomisation_p(a, b, 1));
  CHECK_THAT(paired_randomisation_p(a, b, {1, 1, 0}, 1), WithinAbs(0.5, kSampled));  // the third query is dropped
  CHECK(paired_randomisation_p(a, b, {0, 0, 0}, 1) == 1.0);
}

TEST_CASE("the sign test is exact", "[trainer][significance]") {
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
TEST_CASE("the sign test holds for millions", "[trainer][significance]") {
  CHECK(sign_test_p(2'002'500, 1'997'500) == Approx(0.0124).margin(0.0001));
  CHECK(sign_test_p(4'000'000, 0) < 1e-300);
}

// Simulated trials at the number that the formula gives: about four of five are below .05.
TEST_CASE("as many throws as are needed find the difference in four trials of five", "[trainer][significance]") {
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

TEST_CASE("an interval holds the mean and narrows with more queries", "[trainer][significance]") {
  std::vector<double> few;
  std::vector<double> many;
  for (int i = 0; i < 400; ++i) {
    many.push_back(i % 2);
    if (i < 20) few.push_back(i % 2);
  }
  const Interval narrow = bootstrapped_mean(many, 1);
  const Interval wide = bootstrapped_mean(few, 1);
  CHECK(narrow.value == 0.5);
  CHECK((narrow.low < 0.5 && narrow.high > 0.5));
  // 1.96 standard errors of a coin: .049 and .219; the bootstrap's own error over 2,000 samples is some 5 % of it
  CHECK(narrow.high - narrow.low == Approx(0.098).epsilon(0.15));
  CHECK(wide.high - wide.low == Approx(0.438).epsilon(0.15));
  CHECK(bootstrapped_mean(few, 1).low == wide.low);
  CHECK(bootstrapped_mean({2, 2}, 1).high == 2);
  CHECK(bootstrapped_mean({}, 1).value == 0);
}

}  // namespace irgan::significance_test
