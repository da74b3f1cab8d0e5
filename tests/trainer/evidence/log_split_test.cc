#include "trainer/evidence/log_split.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/trainer/click_rows.h"
#include "trainer/rows/data_split.h"

namespace irgan::log_split_test {

using Catch::Matchers::WithinAbs;

namespace {

std::optional<double> beginning(const std::vector<double>& times, double share) {
  TimeSample sample;
  for (const double time : times) sample.add(time);
  return sample.beginning_of_last(share);
}

}  // namespace

TEST_CASE("the last share of rows begins where so many are left", "[trainer][log_split]") {
  CHECK(beginning({5, 1, 4, 2, 3, 10, 9, 8, 7, 6}, 0.2) == 9.0);
  CHECK(beginning({1, 2}, 0.01) == 2.0);                         // never none
  CHECK(beginning({1, 1, 1, 2, 2, 2, 2, 2, 2, 2}, 0.2) == 2.0);  // rows of one time stay together
}

TEST_CASE("rows of one time, or without any, cannot be split by it", "[trainer][log_split]") {
  CHECK_FALSE(beginning({}, 0.2));
  CHECK_FALSE(beginning({3, 3, 3}, 0.2));
  CHECK_FALSE(beginning({1, 2, 3}, 0.9));  // nothing would be left to train on
}

TEST_CASE("of more rows than are kept the sample is even", "[trainer][log_split]") {
  TimeSample sample;
  constexpr int kRows = 600'000;
  for (int i = 0; i < kRows; ++i) sample.add(i);
  const auto begin = sample.beginning_of_last(0.15);
  REQUIRE(begin);
  CHECK_THAT(*begin / kRows, WithinAbs(0.85, 0.004));
}

TEST_CASE("by time a row without one is as old as the one before", "[trainer][log_split]") {
  RowSplit split({LogSplit::time, 0.2, 1}, 100.0);
  CHECK_FALSE(split.is_held_out(click("a"), "q"));  // nothing is known of it: training
  CHECK_FALSE(split.is_held_out(at(99, click("a")), "q"));
  CHECK_FALSE(split.is_held_out(click("a"), "q"));
  CHECK(split.is_held_out(at(100, click("a")), "q"));
  CHECK(split.is_held_out(click("a"), "q"));
  CHECK_FALSE(split.is_held_out(at(50, click("a")), "q"));  // a log need not be sorted
}

TEST_CASE("by query and by session a row goes where the others of its own go", "[trainer][log_split]") {
  RowSplit by_query({LogSplit::query, 0.3, 7}, 0.0);
  RowSplit by_session({LogSplit::session, 0.3, 7}, 0.0);
  int held_out_queries = 0;
  int held_out_sessions = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "n" + std::to_string(i);
    const bool query = by_query.is_held_out(shown("s", "d", 1), name);
    CHECK(query == is_held_out(name, 0.3, 7));
    CHECK(by_query.is_held_out(shown("t", "e", 2), name) == query);
    const bool session = by_session.is_held_out(shown(name, "d", 1), "q");
    CHECK(by_session.is_held_out(shown(name, "e", 2), "r") == session);
    held_out_queries += query ? 1 : 0;
    held_out_sessions += session ? 1 : 0;
  }
  CHECK(std::abs(held_out_queries - 300) < 60);  // four deviations
  CHECK(std::abs(held_out_sessions - 300) < 60);
}

TEST_CASE("a split says what it is", "[trainer][log_split]") {
  CHECK(RowSplit({LogSplit::query, 0.2, 1}, 0.0).description() == "query");
  CHECK(RowSplit({LogSplit::time, 0.2, 1}, 1'700'000'000.5).description() == "time from 2023-11-14T22:13:20Z");
}

}  // namespace irgan::log_split_test
