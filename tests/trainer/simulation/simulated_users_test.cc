#include "trainer/simulation/simulated_users.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "irgan/errors.h"

namespace irgan::simulated_users_test {

TEST_CASE("users examine rank r with chance 1 / r to a power and click by label", "[trainer][simulated_users]") {
  UserModel users;
  users.click_chance = {0.1, 0.35, 0.9};
  CHECK(users.chance(1, 2, 2) == Approx(0.9));
  CHECK(users.chance(1, 1, 2) == Approx(0.35));
  CHECK(users.chance(1, 1, 1) == Approx(0.9));  // the highest label there is
  CHECK(users.chance(1, 0, 2) == Approx(0.1));
  CHECK(users.chance(1, -1, 2) == Approx(0.1));
  CHECK(users.chance(4, 2, 2) == Approx(0.9 / 4));
  CHECK(users.chance(20, 2, 2) == Approx(0.9 / 20));
  CHECK(users.chance(21, 2, 2) == 0.0);
  users.examination_exponent = 0.5;
  CHECK(users.chance(4, 2, 2) == Approx(0.45));
  users.examination_exponent = 0.0;
  CHECK(users.chance(20, 2, 2) == Approx(0.9));
}

// A log-normal number with deviation 1 of its logarithm has the deviation m sqrt(e - 1) = 39.3 around the mean m = 30.
// Rounding down takes half a session off, and its floor at 1 gives below .02 back.
TEST_CASE("sessions a query have the mean that was asked for", "[trainer][simulated_users]") {
  constexpr int kDraws = 20000;
  UserModel users;
  std::mt19937_64 random(1);
  double sum = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const int sessions = draw_sessions(users, random);
    REQUIRE(sessions >= 1);
    sum += sessions;
  }
  const double deviation_of_mean = 30.0 * std::sqrt(std::exp(1.0) - 1.0) / std::sqrt(kDraws);
  CHECK(sum / kDraws == Approx(29.5).margin(5 * deviation_of_mean));
}

TEST_CASE("the log has a row for each document of a page that was shown", "[trainer][simulated_users]") {
  UserModel users;
  users.mean_sessions = 1e-6;  // one session
  users.click_chance = {0.0, 1.0, 1.0};
  users.examination_exponent = 0.0;
  std::ostringstream log;
  SimulatedUsers simulated(users, "2026-02-03", 1, SimulatedUsers::Extra::team, {}, &log);
  const ShownPage page{{"d1", 0, std::nullopt, "old"}, {"d2", 1, std::nullopt, "new"}};
  simulated.ask({"q", "", "", ""}, 1, [&](const std::string&) -> const ShownPage& { return page; });
  CHECK(simulated.num_sessions() == 1);
  CHECK(simulated.num_clicks() == 1);
  std::istringstream lines(log.str());
  std::string line;
  std::getline(lines, line);
  CHECK(line == "session\ttime\tquery_id\tdoc_id\trank\tclicked\tteam");
  std::getline(lines, line);
  CHECK(line.substr(0, 24) == "2026-02-03-1\t2026-02-03T");
  CHECK(line.substr(line.find("\tq\t")) == "\tq\td1\t1\t0\told");
  std::getline(lines, line);
  CHECK(line.substr(line.find("\tq\t")) == "\tq\td2\t2\t1\tnew");
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("the log tells a search's contexts behind the rest", "[trainer][simulated_users][context]") {
  UserModel users;
  users.mean_sessions = 1e-6;
  std::ostringstream log;
  SimulatedUsers simulated(users, "2026-02-03", 1, SimulatedUsers::Extra::none, {"device", "segment"}, &log);
  const ShownPage page{{"d1", 0, std::nullopt, ""}};
  const auto shown = [&](const std::string&) -> const ShownPage& { return page; };
  simulated.ask({"q", "", "", "", {{"segment", "trade"}}}, 1, shown);
  const std::string text = log.str();
  CHECK(text.find("\trank\tclicked\tdevice\tsegment\n") != std::string::npos);
  CHECK(text.substr(text.size() - std::string("\t\ttrade\n").size()) == "\t\ttrade\n");
  CHECK_THROWS_WITH(SimulatedUsers(users, "2026-02-03", 1, SimulatedUsers::Extra::none, {"rank"}, &log),
                    Catch::Contains("context rank: is a column of the log"));
}

TEST_CASE("a day that a log cannot have is refused", "[trainer][simulated_users]") {
  CHECK_NOTHROW(check_date("2026-01-01"));
  CHECK_THROWS_WITH(check_date("2026-13-01"), "date 2026-13-01: must be a day as YYYY-MM-DD");
  CHECK_THROWS_WITH(check_date("9999-01-01"), "date 9999-01-01: must not be in the future");
}

}  // namespace irgan::simulated_users_test
