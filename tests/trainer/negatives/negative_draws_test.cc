#include "trainer/negatives/negative_draws.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "irgan/negative_source.h"

namespace irgan::negative_draws_test {

using Catch::Contains;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const auto kAny = [](std::size_t) { return true; };

// How often each row comes first in `num_draws` orders.
template <class Draw>
std::map<std::size_t, double> first_shares(int num_draws, const Draw& draw) {
  std::mt19937_64 random(11);
  std::map<std::size_t, double> shares;
  for (int i = 0; i < num_draws; ++i) shares[draw(random).front()] += 1.0 / num_draws;
  return shares;
}

std::vector<std::size_t> rows_of(const std::vector<Pick>& picks) {
  std::vector<std::size_t> rows;
  for (const Pick& pick : picks) rows.push_back(pick.row);
  return rows;
}

}  // namespace

TEST_CASE("by_value takes the highest first, equal ones by row, and leaves out what has no value",
          "[trainer][negative_draws]") {
  CHECK(by_value({1.0, kNaN, 3.0, 1.0, -2.0}) == RowOrder{2, 0, 3, 4});
  CHECK(by_value({}).empty());
}

TEST_CASE("drawn_by_weight draws by softmax and without replacement", "[trainer][negative_draws]") {
  const std::vector<double> log_weights{std::log(0.5), std::log(0.3), -std::numeric_limits<double>::infinity(),
                                        std::log(0.2), kNaN};
  const int num_draws = 20000;
  const auto shares =
      first_shares(num_draws, [&](std::mt19937_64& random) { return drawn_by_weight(log_weights, random); });
  const double margin = 4.0 * std::sqrt(0.25 / num_draws);  // four standard errors
  CHECK(shares.at(0) == Approx(0.5).margin(margin));
  CHECK(shares.at(1) == Approx(0.3).margin(margin));
  CHECK(shares.at(3) == Approx(0.2).margin(margin));
  std::mt19937_64 random(1);
  RowOrder order = drawn_by_weight(log_weights, random);
  std::sort(order.begin(), order.end());
  CHECK(order == RowOrder{0, 1, 3});
}

TEST_CASE("drawn_by_best_of draws as the sampler of training does", "[trainer][negative_draws]") {
  const std::vector<double> scores{0.1, 0.9, 0.5, kNaN};
  const int num_draws = 20000;
  const auto shares =
      first_shares(num_draws, [&](std::mt19937_64& random) { return drawn_by_best_of(scores, 4, random); });
  const double margin = 4.0 * std::sqrt(0.25 / num_draws);
  CHECK(shares.at(1) == Approx(1.0 - std::pow(2.0 / 3.0, 4)).margin(margin));
  CHECK(shares.at(0) == Approx(std::pow(1.0 / 3.0, 4)).margin(margin));
  std::mt19937_64 random(1);
  CHECK(drawn_by_best_of(scores, 4, random).size() == 3);
}

TEST_CASE("shuffled makes all orders alike", "[trainer][negative_draws]") {
  const int num_draws = 20000;
  const auto shares = first_shares(num_draws, [](std::mt19937_64& random) { return shuffled({4, 7, 9}, random); });
  for (const std::size_t row : {4, 7, 9})
    CHECK(shares.at(row) == Approx(1.0 / 3.0).margin(4.0 * std::sqrt(0.25 / num_draws)));
}

TEST_CASE("ambiguous weights fall with the square of the distance to the positive's score",
          "[trainer][negative_draws]") {
  const std::vector<double> weights = ambiguous_log_weights({2.0, 1.0, kNaN}, 2.0, 0.5, -1.0);
  CHECK(weights[0] == Approx(-0.5));
  CHECK(weights[1] == 0.0);
  CHECK(std::isnan(weights[2]));
}

TEST_CASE("shares are apportioned by the largest remainder", "[trainer][negative_draws]") {
  CHECK(apportioned(5, {1.0, 1.0}) == std::vector<std::size_t>{3, 2});
  CHECK(apportioned(7, {3.0, 1.0}) == std::vector<std::size_t>{5, 2});
  CHECK(apportioned(1, {1.0, 2.0, 1.0}) == std::vector<std::size_t>{0, 1, 0});
  CHECK(apportioned(4, {0.5}) == std::vector<std::size_t>{4});
}

TEST_CASE("mixed takes each source's share once, and fills up what one lacks", "[trainer][negative_draws]") {
  const std::vector<RowOrder> orders{{3, 1}, {1, 2, 0, 4}};
  CHECK(rows_of(mixed(orders, {1, 2}, kAny)) == std::vector<std::size_t>{3, 1, 2});
  const std::vector<Pick> filled = mixed(orders, {3, 1}, kAny);
  CHECK(rows_of(filled) == std::vector<std::size_t>{3, 1, 2, 0});
  CHECK(filled[3].source == 1);
  CHECK(mixed(orders, {4, 4}, kAny).size() == 5);
}

TEST_CASE("mixed asks for each row once and passes over what is not accepted", "[trainer][negative_draws]") {
  std::map<std::size_t, int> asked;
  const auto accepts = [&](std::size_t row) { return ++asked[row], row != 1; };
  CHECK(rows_of(mixed({{3, 1}, {1, 2, 0, 4}}, {2, 1}, accepts)) == std::vector<std::size_t>{3, 2, 0});
  CHECK(asked == std::map<std::size_t, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}});
}

TEST_CASE("sources have names, and an unknown one is told the others", "[trainer][negative_draws]") {
  CHECK(negative_source_from_string("ambiguous") == NegativeSource::ambiguous);
  CHECK(std::string(to_string(NegativeSource::teacher)) == "teacher");
  CHECK_THROWS_WITH(negative_source_from_string("bm52"),
                    Contains("source bm52") && Contains("generator, discriminator, bm25"));
}

}  // namespace irgan::negative_draws_test
