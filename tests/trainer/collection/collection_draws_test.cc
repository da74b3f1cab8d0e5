#include "trainer/collection/collection_draws.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace irgan::collection_draws_test {

TEST_CASE("log_partition is the logarithm of the sum of exponentials, however large", "[trainer][collection]") {
  CHECK(log_partition({0.0F, 0.0F, 0.0F}) == Approx(std::log(3.0)));
  CHECK(log_partition({500.0F, 500.0F}) == Approx(500.0 + std::log(2.0)));
  CHECK(log_partition({-900.0F, 1.0F}) == Approx(1.0));
}

TEST_CASE("first draws follow the softmax at the temperature", "[trainer][collection]") {
  const std::vector<float> scores{2.0F, 0.0F, 1.0F, -1.0F};
  const double temperature = GENERATE(0.5, 1.0, 2.0);
  std::mt19937_64 random(7);
  constexpr int kDraws = 20'000;
  std::map<std::uint32_t, double> share;
  for (int i = 0; i < kDraws; ++i) share[drawn_rows(scores, temperature, 1, random).front()] += 1.0 / kDraws;
  double total = 0.0;
  for (const float score : scores) total += std::exp(score / temperature);
  for (std::uint32_t row = 0; row < scores.size(); ++row) {
    const double p = std::exp(scores[row] / temperature) / total;
    CAPTURE(temperature, row);
    CHECK(std::abs(share[row] - p) < 5.0 * std::sqrt(p * (1.0 - p) / kDraws));  // five standard errors
  }
}

TEST_CASE("draws are without replacement and end with the documents", "[trainer][collection]") {
  std::mt19937_64 random(3);
  const std::vector<std::uint32_t> rows = drawn_rows({0.0F, 5.0F, 1.0F}, 1.0, 10, random);
  CHECK(std::set<std::uint32_t>(rows.begin(), rows.end()).size() == 3);
  CHECK(rows.size() == 3);
}

}  // namespace irgan::collection_draws_test
