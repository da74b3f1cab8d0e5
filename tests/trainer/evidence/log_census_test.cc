#include "trainer/evidence/log_census.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/trainer/click_rows.h"
#include "trainer/evidence/log_counter.h"

namespace irgan::log_census_test {

namespace {

LogCensusResult census_of(const std::vector<ClickRow>& rows, std::size_t max_bytes = LogCensus::kMaxBytes) {
  LogCensus census(max_bytes);
  for (const ClickRow& row : rows) census.add(row, row.query);
  return census.finish();
}

ClickRow of(std::string_view query, ClickRow row) {
  row.query = query;
  return row;
}

}  // namespace

TEST_CASE("the census counts what the rows say", "[trainer][log_census]") {
  std::vector<ClickRow> rows = {of("red", at(kDay, shown("s", "a", 1, true))),
                                of("red", at(kDay, shown("s", "b", 2))),
                                of("blue", at(3 * kDay, shown("t", "a", 1))),
                                of("red", at(2 * kDay, shown("u", "a", 2, true))),
                                of("red", at(2 * kDay, shown("u", "b", 1))),
                                of("red", at(2 * kDay, shown("u", "b", 1))),
                                of("green", click("c", 3))};
  const LogCensusResult result = census_of(rows);
  CHECK(result.num_rows == 7);
  CHECK(result.num_clicks == 5.0);
  CHECK(result.num_impressions == 6.0);
  CHECK(result.first_time == kDay);
  CHECK(result.last_time == 3 * kDay);
  CHECK(result.num_undated == 1);
  CHECK(result.num_sessions == 3);
  CHECK(result.num_without_session == 1);
  CHECK(result.largest_session == 3.0);
  CHECK(result.num_queries == 3);
  CHECK(result.num_clicked_queries == 2);
  CHECK(result.num_often_clicked_queries == 0);
  CHECK(result.num_clicked_documents == 2);
  CHECK(result.num_duplicates == 1);
  REQUIRE(result.ranks.size() == 2);
  CHECK(result.ranks[0].shown == 4.0);
  CHECK(result.ranks[1].clicks == 1.0);
  REQUIRE(result.heads.size() == 3);
  CHECK(result.heads[0].words == "red");
  CHECK(result.heads[0].rows == 5.0);
  CHECK(result.top_10_share == Approx(1.0));
}

TEST_CASE("how headed the queries are is 0 where all are as frequent and near 1 where one has nearly all",
          "[trainer][log_census]") {
  std::vector<std::string> words;
  for (int i = 0; i < 200; ++i) words.push_back(std::to_string(i));
  std::vector<ClickRow> even, headed;
  for (const std::string& text : words) {
    even.push_back(of(text, click("d")));
    headed.push_back(of(text, click("d", text == "7" ? 100'000 : 1)));
  }
  CHECK(census_of(even).gini == Approx(0.0).margin(1e-9));
  CHECK(census_of(even).top_10_share == Approx(0.05));
  CHECK(census_of(headed).gini > 0.99);
  CHECK(census_of(headed).heads[0].words == "7");
}

TEST_CASE("sessions of unlikely size are told from people's", "[trainer][log_census]") {
  std::vector<std::string> sessions;
  for (int i = 0; i < 1000; ++i) sessions.push_back("s" + std::to_string(i));
  std::vector<ClickRow> rows;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (std::size_t k = 0; k < 5 + i % 20; ++k) rows.push_back(of("q", shown(sessions[i], "d", 1, k == 0)));
  }
  for (int k = 0; k < 5000; ++k) rows.push_back(of("q", shown("robot", "d", 1, k < 7)));
  const LogCensusResult result = census_of(rows);
  CHECK(result.num_sessions == 1001);
  CHECK(result.num_unlikely_sessions == 1);
  CHECK(result.unlikely_rows == 5000.0);
  CHECK(result.unlikely_clicks == 7.0);
  CHECK(result.unlikely_session >= 200.0);
  CHECK(result.median_session == Approx(14.0).margin(1.0));
}

TEST_CASE("little memory changes nothing in what is counted", "[trainer][log_census]") {
  std::mt19937 random(1);
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back("n" + std::to_string(i));
  std::vector<ClickRow> rows;
  for (int i = 0; i < 30'000; ++i) {
    rows.push_back(of(names[random() % 3000], shown(names[random() % 3000], names[random() % 3000],
                                                    1 + static_cast<int>(random() % 9), random() % 4 == 0)));
  }
  const LogCensusResult much = census_of(rows);
  const LogCensusResult little = census_of(rows, 40'000);
  CHECK(little.num_sessions == much.num_sessions);
  CHECK(little.median_session == much.median_session);
  CHECK(little.largest_session == much.largest_session);
  CHECK(little.num_queries == much.num_queries);
  CHECK(little.gini == much.gini);
  CHECK(little.top_100_share == much.top_100_share);
  CHECK(little.num_clicked_documents == much.num_clicked_documents);
}

TEST_CASE("an empty log has an empty census", "[trainer][log_census]") {
  const LogCensusResult result = census_of({});
  CHECK(result.num_rows == 0);
  CHECK(result.num_sessions == 0);
  CHECK(result.num_queries == 0);
  CHECK(result.ranks.empty());
}

TEST_CASE("pairs shown often outlive a full table", "[trainer][log_census]") {
  PairTable table(1 << 14);
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    table.add(i, 1, 1.0, 0.0);
    table.add(1'000'000 + i % 20, static_cast<int>(i % 2) + 1, 1.0, 0.0);
  }
  double shown_often = 0.0;
  for (const PairAtRank& entry : table.take()) {
    if (entry.pair >= 1'000'000) shown_often += entry.shown;
  }
  CHECK(shown_often > 49'000.0);
}

}  // namespace irgan::log_census_test
