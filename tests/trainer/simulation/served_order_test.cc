#include "irgan/served_order.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "irgan/simulated_comparison.h"
#include "tests/trainer/judged_index.h"

namespace irgan::served_order_test {

namespace {

struct Fixture {
  JudgedIndex index;
  SimulationOptions options;

  Fixture() {
    options.queries = index.queries();
    options.qrels = index.qrels();
    options.users.mean_sessions = 20.0;
  }

  // The first lines of the log: session, time, query, document, rank, clicked.
  std::vector<std::vector<std::string>> log_of(const ServedOrder& order, SimulatedLog& found) const {
    std::ostringstream log;
    found = simulate(index.site(), order, options, log);
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(log.str());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::vector<std::string>& row = rows.emplace_back();
      for (std::string word; std::getline(words, word, '\t');) row.push_back(word);
    }
    return rows;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a simulated log has the order that its users were served", "[trainer][simulation]") {
  const bool with_model = GENERATE(false, true);
  ServedOrder order;
  if (with_model) order.model = index.popularity_model();
  double last_share = -1.0;
  options.on_progress = [&](double share_done) {
    CHECK(share_done > last_share);
    last_share = share_done;
  };
  SimulatedLog found;
  const auto rows = log_of(order, found);
  REQUIRE(rows.size() == 1 + 4 * found.num_sessions);
  CHECK(found.num_sessions >= 6);
  CHECK(found.num_clicks > 0);
  CHECK(found.cost.num_explored == 0);
  CHECK(last_share > 0.0);
  for (std::size_t i = 1; i < rows.size(); i += 4) {
    CHECK(rows[i][4] == "1");
    CHECK(rows[i][3] == rows[i][2] + (with_model ? "3" : "0"));  // popular, or the shortest title
  }
}

TEST_CASE_METHOD(Fixture, "exploring costs clicks where the best order is right", "[trainer][simulation]") {
  ServedOrder order;
  order.model = index.popularity_model();
  order.explore = 1.0;
  SimulatedLog found;
  const auto rows = log_of(order, found);
  CHECK(rows[0].back() == "log_probability");
  CHECK(found.cost.num_explored == found.num_sessions);
  CHECK(found.cost.clicks_drawn < found.cost.clicks_best);
  CHECK(found.cost.ndcg_best == Approx(static_cast<double>(found.num_sessions)));

  order.model.clear();
  std::ostringstream log;
  CHECK_THROWS_AS(simulate(index.site(), order, options, log), ConfigError);
}

TEST_CASE_METHOD(Fixture, "interleaved users prefer the ranking that judgments like", "[trainer][simulation]") {
  const std::array<ComparedRanking, 2> rankings{ComparedRanking{"plain", ""},
                                                ComparedRanking{"popular", index.popularity_model()}};
  std::ostringstream log;
  const SimulatedComparison found = compare_by_users(index.site(), rankings, options, &log);
  CHECK(found.outcome.num_shown == found.num_sessions);
  CHECK(found.outcome.wins[1] > found.outcome.wins[0]);
  CHECK(found.mean_ndcg[1] == Approx(1.0));
  CHECK(found.mean_ndcg[0] < 1.0);
  CHECK(log.str().find("\tplain\n") != std::string::npos);
  const SimulatedComparison unlogged = compare_by_users(index.site(), rankings, options, nullptr);
  CHECK(unlogged.outcome.wins == found.outcome.wins);
}

}  // namespace irgan::served_order_test
