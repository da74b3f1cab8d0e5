#include "irgan/interleaved_clicks.h"

#include <catch2/catch.hpp>

#include "irgan/click_log.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::interleaved_clicks_test {

namespace {

constexpr const char* kHeader = "session\tquery_id\tquery\tdoc_id\trank\tclicked\tcount\tteam\n";

InterleavedClicks clicks_of(const std::string& rows) {
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", kHeader + rows));
  InterleavedClicks clicks;
  reader.read([&](const ClickRow& row) { clicks.add(row); });
  return clicks;
}

void check(const InterleavingOutcome& outcome, std::uint64_t shown, std::uint64_t first, std::uint64_t second,
           std::uint64_t ties) {
  CHECK(outcome.num_shown == shown);
  CHECK(outcome.wins[0] == first);
  CHECK(outcome.wins[1] == second);
  CHECK(outcome.num_ties == ties);
}

}  // namespace

TEST_CASE("a ranking wins a search by more clicks on its hits", "[trainer][interleaved_clicks]") {
  const InterleavedClicks clicks = clicks_of(
      "s1\tq\t\td1\t1\t1\t1\tnew\ns1\tq\t\td2\t2\t0\t1\told\n"                             // new wins
      "s2\tq\t\td1\t1\t1\t1\tnew\ns2\tq\t\td2\t2\t1\t1\told\n"                             // a tie
      "s3\tq\t\td1\t1\t0\t1\tnew\ns3\tq\t\td2\t2\t0\t1\told\n"                             // no clicks
      "s4\tq\t\td1\t1\t1\t1\tnew\ns4\tq\t\td2\t2\t1\t1\told\ns4\tq\t\td3\t3\t1\t1\told\n"  // old wins
      "s5\tq\t\td1\t1\t1\t3\told\ns5\tq\t\td2\t2\t1\t2\tnew\n"                             // old wins by count
      "s6\tq\t\td1\t1\t1\t1\t\n");                                                         // not interleaved
  CHECK(clicks.teams() == std::vector<std::string>{"new", "old"});
  check(clicks.by_search(), 5, 1, 2, 1);
  check(clicks.by_session(), 5, 1, 2, 1);
}

TEST_CASE("teams stand in the order of their names, whichever comes first", "[trainer][interleaved_clicks]") {
  const InterleavedClicks clicks = clicks_of("s1\tq\t\td1\t1\t1\t1\tb\ns1\tq\t\td2\t2\t0\t1\ta\n");
  CHECK(clicks.teams() == std::vector<std::string>{"a", "b"});
  check(clicks.by_search(), 1, 0, 1, 0);
}

TEST_CASE("a search is one session's one query, wherever its rows stand", "[trainer][interleaved_clicks]") {
  const InterleavedClicks clicks = clicks_of(
      "s1\tq1\t\td1\t1\t1\t1\ta\ns2\tq1\t\td1\t1\t1\t1\tb\n"
      "s1\tq1\t\td2\t2\t1\t1\tb\n"  // a tie of s1's q1
      "s1\tq2\t\td1\t1\t1\t1\tb\n"  // b wins s1's q2
      "s1\t\tred shoes\td1\t1\t1\t1\tb\ns1\t\tred hats\td1\t1\t1\t1\tb\n");
  check(clicks.by_search(), 5, 0, 4, 1);
  check(clicks.by_session(), 2, 0, 2, 0);
}

TEST_CASE("rows without a session and a third team are not counted but told of", "[trainer][interleaved_clicks]") {
  const InterleavedClicks clicks = clicks_of(
      "\tq\t\td1\t1\t1\t1\ta\ns1\tq\t\td1\t1\t1\t1\ta\ns1\tq\t\td2\t2\t0\t1\tb\ns1\tq\t\td3\t3\t1\t1\tc\n"
      "s1\tq\t\td4\t4\t1\t1\td\n");
  CHECK(clicks.num_without_session() == 1);
  CHECK(clicks.teams() == std::vector<std::string>{"a", "b", "c"});
}

}  // namespace irgan::interleaved_clicks_test
