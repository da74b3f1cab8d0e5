#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "trainer/negatives/score_summary_json.h"

namespace irgan::score_summary_test {

TEST_CASE("count, mean, deviation and ends are exact", "[trainer][score_summary]") {
  ScoreSummary summary;
  for (const double value : {-1.0, 2.0, 5.0, 0.0}) summary.add(value);
  summary.add(std::numeric_limits<double>::quiet_NaN());
  CHECK(summary.count() == 4);
  CHECK(summary.mean() == 1.5);
  CHECK(summary.deviation() == Approx(std::sqrt(21.0 / 3.0)));
  CHECK(summary.lowest() == -1.0);
  CHECK(summary.highest() == 5.0);
}

TEST_CASE("quantiles are within a half per cent of the sorted values", "[trainer][score_summary]") {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(-2.0, 3.0);
  ScoreSummary summary;
  std::vector<double> values;
  for (int i = 0; i < 10001; ++i) {
    values.push_back(normal(random));
    summary.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double exact = values[static_cast<std::size_t>(q * 10000)];
    CHECK(summary.quantile(q) == Approx(exact).epsilon(0.0051));
  }
}

TEST_CASE("a summary that is stored goes on as if it had not been", "[trainer][score_summary]") {
  ScoreSummary whole;
  ScoreSummary half;
  for (int i = 0; i < 50; ++i) (i < 25 ? half : whole).add(0.0);
  whole = {};
  half = {};
  for (int i = 0; i < 100; ++i) {
    whole.add(std::sin(i));
    half.add(std::sin(i));
    if (i == 40) half = nlohmann::json::parse(nlohmann::json(half).dump()).get<ScoreSummary>();
  }
  CHECK(figures_of(half) == figures_of(whole));
}

TEST_CASE("an empty summary has a count of 0 and nothing else", "[trainer][score_summary]") {
  CHECK(figures_of(ScoreSummary()) == nlohmann::json{{"count", 0}});
}

}  // namespace irgan::score_summary_test
