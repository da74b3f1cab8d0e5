#include "trainer/measures/paired_test.h"

#include <catch2/catch.hpp>

using namespace irgan;
using Catch::Matchers::WithinAbs;

namespace {

// Four standard deviations of a share of 10,000 rounds: 4 sqrt(0.25 / 10000).
constexpr double kSampled = 0.02;

double p_of(const std::vector<double>& differences, std::uint64_t seed = 1) {
  return paired_randomisation_p(differences, std::vector<double>(differences.size(), 0.0), seed);
}

}  // namespace

TEST_CASE("equal runs have p = 1", "[trainer][paired_test]") {
  CHECK(paired_randomisation_p({0.3, 0.7}, {0.3, 0.7}, 1) == 1.0);
  CHECK(paired_randomisation_p({}, {}, 1) == 1.0);
}

TEST_CASE("a constant win over 20 queries has the smallest p that the rounds can show", "[trainer][paired_test]") {
  // All 20 signs are equal in 2 of 2^20 rounds: 0.02 hits are expected in 10,000.
  CHECK_THAT(p_of(std::vector<double>(20, 0.1)), WithinAbs(1.0 / 10001.0, 1e-12));
  CHECK_THAT(p_of(std::vector<double>(20, -0.1)), WithinAbs(1.0 / 10001.0, 1e-12));
}

TEST_CASE("differences that cancel out have p = 1", "[trainer][paired_test]") {
  CHECK(p_of({0.2, -0.2, 0.1, -0.1}) == 1.0);  // every sum is at least as far from 0 as 0 is
}

TEST_CASE("p is the share of sign patterns at least as extreme", "[trainer][paired_test]") {
  CHECK_THAT(p_of({1, 2, 3}), WithinAbs(0.25, kSampled));  // 6: +++ and --- of 8
  CHECK_THAT(p_of({3, -1, 2}), WithinAbs(0.5, kSampled));  // 4: the sums are +-6, +-4, +-2, 0, 0
}

TEST_CASE("sums that differ by rounding alone count as equal", "[trainer][paired_test]") {
  // The sum is .6. With +.6 the patterns +++, ++-, +-+, -++ and --+ of .1 .2 .3 reach it, and as many with -.6: 10 of
  // 16. In doubles .1 + .2 - .3 + .6 is above -.1 - .2 + .3 + .6.
  REQUIRE(0.1 + 0.2 - 0.3 + 0.6 > -0.1 - 0.2 + 0.3 + 0.6);
  CHECK_THAT(p_of({0.1, 0.2, -0.3, 0.6}), WithinAbs(0.625, kSampled));
}

TEST_CASE("queries without a difference leave p alone", "[trainer][paired_test]") {
  CHECK(p_of({1, 0, 2, 0, 0, 3}) == p_of({1, 2, 3}));
}

TEST_CASE("p depends on the seed alone, and not on which run is first", "[trainer][paired_test]") {
  const std::vector<double> a = {0.5, 0.2, 0.9, 0.4, 0.6};
  const std::vector<double> b = {0.4, 0.3, 0.2, 0.1, 0.6};
  CHECK(paired_randomisation_p(a, b, 7) == paired_randomisation_p(a, b, 7));
  CHECK(paired_randomisation_p(a, b, 7) == paired_randomisation_p(b, a, 7));
  CHECK(paired_randomisation_p(a, b, 7) != paired_randomisation_p(a, b, 8));
}

TEST_CASE("the number of rounds bounds p from below", "[trainer][paired_test]") {
  const std::vector<double> wins(40, 1.0);
  CHECK_THAT(paired_randomisation_p(wins, std::vector<double>(40, 0.0), 1, 99), WithinAbs(0.01, 1e-12));
}

TEST_CASE("weights multiply the differences of their queries", "[trainer][paired_test]") {
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
