#include "trainer/evidence/examination.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace irgan::examination_test {

namespace {

constexpr std::size_t kNumRanks = 5;

// Clicks of `num_pairs` documents, each shown at two neighbouring ranks.
std::vector<PairAtRank> simulated(double exponent, std::size_t num_pairs, double shown) {
  std::mt19937 random(5);
  std::vector<PairAtRank> counts;
  for (std::size_t pair = 0; pair < num_pairs; ++pair) {
    const double relevance = 0.9 * static_cast<double>(random() % 1000) / 1000.0;
    const int first = 1 + static_cast<int>(pair % (kNumRanks - 1));
    for (const int rank : {first, first + 1}) {
      std::binomial_distribution<int> clicks(static_cast<int>(shown), relevance * std::pow(rank, -exponent));
      counts.push_back({pair, rank, shown, static_cast<double>(clicks(random))});
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("the examination of ranks is found again, however good the documents there are", "[trainer][examination]") {
  const double exponent = GENERATE(0.0, 0.5, 1.0, 2.0);
  // Of 2,000 pairs with 4 showings each, a rank's factor has a deviation of about .05 of itself.
  const std::vector<double> examination = estimate_examination(simulated(exponent, 8'000, 4.0), kNumRanks);
  for (std::size_t i = 0; i < kNumRanks; ++i) {
    INFO("rank " << i + 1);
    CHECK(examination[i] == Approx(std::pow(static_cast<double>(i + 1), -exponent)).epsilon(0.2));
  }
  CHECK(examination[0] == 1.0);
}

TEST_CASE("documents at one rank say nothing, and ranks that nothing joins to the first stay unknown",
          "[trainer][examination]") {
  std::vector<PairAtRank> counts = {{1, 1, 100.0, 50.0}, {2, 2, 100.0, 1.0}};
  CHECK(num_telling_pairs(counts, 4) == 0);
  for (const double value : estimate_examination(counts, 4)) CHECK(std::isnan(value));
  counts.push_back({3, 1, 10.0, 4.0});
  counts.push_back({3, 2, 10.0, 2.0});
  counts.push_back({4, 3, 10.0, 4.0});
  counts.push_back({4, 4, 10.0, 2.0});
  CHECK(num_telling_pairs(counts, 4) == 2);
  const std::vector<double> examination = estimate_examination(counts, 4);
  CHECK(examination[0] == 1.0);
  CHECK(examination[1] == Approx(0.5));
  CHECK(std::isnan(examination[2]));
  CHECK(std::isnan(examination[3]));
}

TEST_CASE("documents without a click, and ranks beyond the last, are left out", "[trainer][examination]") {
  const std::vector<PairAtRank> counts = {{1, 1, 100.0, 0.0}, {1, 2, 100.0, 0.0}, {2, 1, 4.0, 2.0}, {2, 9, 4.0, 2.0}};
  CHECK(num_telling_pairs(counts, 2) == 0);
  for (const double value : estimate_examination(counts, 2)) CHECK(std::isnan(value));
}

}  // namespace irgan::examination_test
