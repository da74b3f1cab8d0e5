// Decay, seen through the aggregator, since the sums themselves are not exported.
#include "trainer/evidence/decay.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/trainer/click_evidence.h"
#include "tests/trainer/click_rows.h"
#include "trainer/evidence/click_pages.h"

namespace irgan::decay_test {

using Catch::Matchers::WithinRel;

TEST_CASE("a click counts half after each half-life before the newest row", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  const double start = 1.7e9;
  aggregator.add(at(start, shown("s1", "A", 1, true)), "q");
  aggregator.add(at(start + 20 * kDay, shown("s2", "A", 1, true)), "q");
  aggregator.add(at(start + 10 * kDay, shown("s3", "A", 1, true)), "q");   // not in order
  aggregator.add(at(start + 30 * kDay, shown("s4", "B", 1, false)), "p");  // the newest, without a click
  const ClickEvidence evidence = all_of(aggregator);
  REQUIRE(evidence.pages.size() == 2);
  const ShownDocument& document = evidence.pages[1].documents.at(0);
  CHECK_THAT(document.clicks, WithinRel(0.125 + 0.5 + 0.25, 1e-14));  // a few roundings of exp2
  CHECK(document.shown == 3);
  CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(0.875, 1e-14));
  CHECK(evidence.num_clicks == 3);
  CHECK(evidence.newest_time == start + 30 * kDay);
}

TEST_CASE("decayed sums do not depend on the order of the rows", "[trainer][decay]") {
  std::mt19937 random(11);
  std::vector<double> times;
  for (int i = 0; i < 1000; ++i) times.push_back(1.6e9 + static_cast<double>(random() % 100'000'000));
  double expected = 0.0;
  const double newest = *std::max_element(times.begin(), times.end());
  for (const double time : times) expected += std::exp2(-(newest - time) / (5 * kDay));
  for (int order = 0; order < 3; ++order) {
    ClickAggregator aggregator(ClickModelOptions{5});
    for (const double time : times) aggregator.add(at(time, click("A")), "q");
    // Each of 1,000 additions and rescalings rounds by 2^-53 of the sum at most, and exp2 by about one more.
    CHECK_THAT(all_of(aggregator).clicks.at("q").at("A"), WithinRel(expected, 4000 * 1.2e-16));
    std::shuffle(times.begin(), times.end(), random);
  }
}

TEST_CASE("decay over thousands of half-lives neither overflows nor loses the newest clicks", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{1e-3});
  for (int day = 0; day < 10'000; ++day) aggregator.add(at(day * kDay, click("A")), "q");
  CHECK(all_of(aggregator).clicks.at("q").at("A") == 1.0);
}

TEST_CASE("an undated row is as old as the dated one before it", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  aggregator.add(at(1.7e9, click("A")), "q");
  aggregator.add(click("B"), "q");
  aggregator.add(at(1.7e9 + 10 * kDay, click("C")), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK_THAT(evidence.clicks.at("q").at("B"), WithinRel(0.5, 1e-14));
  CHECK(evidence.num_undated_rows == 1);
}

TEST_CASE("rows before the first dated one are as old as it", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  aggregator.add(click("A"), "q");
  aggregator.add(click("A"), "q");
  aggregator.add(at(1.7e9, click("B")), "q");
  aggregator.add(at(1.7e9 + 10 * kDay, click("A")), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(2 * 0.5 + 1.0, 1e-14));
  CHECK_THAT(evidence.clicks.at("q").at("B"), WithinRel(0.5, 1e-14));
}

TEST_CASE("clicks on pages before the first dated row are as old as it", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  for (const double time : {-1.0, 1.7e9, 1.7e9 + 10 * kDay}) {
    ClickRow row = click("A");
    row.is_impression = true;
    row.rank = 1;
    row.session = time < 0.0 ? "undated" : "dated";
    aggregator.add(time < 0.0 ? row : at(time, row), "q");
  }
  const ClickEvidence evidence = all_of(aggregator);
  REQUIRE(evidence.pages.size() == 1);
  CHECK_THAT(evidence.pages[0].documents[0].clicks, WithinRel(0.5 + 0.5 + 1.0, 1e-14));
}

TEST_CASE("a log without times is not decayed, and says so", "[trainer][decay]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  aggregator.add(click("A"), "q");
  aggregator.add(click("A"), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.clicks.at("q").at("A") == 2.0);
  CHECK(evidence.num_undated_rows == 2);
  CHECK_FALSE(evidence.newest_time.has_value());
}

}  // namespace irgan::decay_test
