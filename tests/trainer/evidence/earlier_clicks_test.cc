#include "trainer/evidence/earlier_clicks.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/trainer/click_rows.h"

namespace irgan::earlier_clicks_test {

using Catch::Matchers::WithinAbs;

namespace {

constexpr double kNow = 1.7e9;

ClickRow by(const char* session, ClickRow row) {
  row.session = session;
  return row;
}

}  // namespace

TEST_CASE("a document joins by its first click and is held against the later ones alone", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(10.0);
  clicks.add(at(kNow, click("a")), "q");
  clicks.add(at(kNow + 10 * kDay, click("a")), "q");
  clicks.add(at(kNow + 20 * kDay, click("b")), "q");
  const AddedDocuments added = clicks.finish(false);
  REQUIRE(added.at("q").size() == 1);  // "b" is the last click: nothing came after it
  CHECK_THAT(added.at("q").at("a"), WithinAbs(0.5, 1e-12));
  CHECK(clicks.finish(true).at("q").at("a") == 1.0);
}

TEST_CASE("a document that was clicked once joins later clicks as one that was not", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(10.0);
  clicks.add(at(kNow, click("a")), "q");
  clicks.add(at(kNow + kDay, click("b")), "q");
  clicks.add(at(kNow, click("c")), "other");
  const AddedDocuments added = clicks.finish(false);
  CHECK(added.at("q") == std::map<std::string, double>{{"a", 0.0}});
  CHECK(added.count("other") == 0);
}

TEST_CASE("more clicks of the first session, or of the same moment, are no evidence", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(0.0);
  clicks.add(at(kNow, by("s", click("a"))), "q");
  clicks.add(at(kNow, by("t", click("a"))), "q");
  clicks.add(at(kNow + kDay, by("s", click("a"))), "q");
  clicks.add(at(kNow + 2 * kDay, by("u", click("a"))), "q");
  CHECK(clicks.finish(true).at("q").at("a") == 1.0);
}

TEST_CASE("a document joins in every part of the log that came later, with the part's own clicks",
          "[trainer][earlier_clicks]") {
  EarlierClicks clicks(0.0);
  clicks.add(at(kNow, click("a")), "q", 0);
  clicks.add(at(kNow + kDay, click("a", 2.0)), "q", 0);
  clicks.add(at(kNow + 2 * kDay, click("b")), "q", 1);
  clicks.add(at(kNow + 3 * kDay, click("a", 3.0)), "q", 1);
  clicks.add(at(kNow + 4 * kDay, click("c")), "q", 2);
  const AddedDocuments added = clicks.finish(true, true);
  using Labels = std::map<std::string, double>;
  CHECK(added.at(in_part("q", 0)) == Labels{{"a", 2.0}});
  CHECK(added.at(in_part("q", 1)) == Labels{{"a", 3.0}, {"b", 0.0}});
  CHECK(added.at(in_part("q", 2)) == Labels{{"a", 0.0}, {"b", 0.0}});
  CHECK(clicks.finish(true).at("q").at("a") == 5.0);
}

TEST_CASE("the first click is the oldest, wherever it stands in the log", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(0.0);
  clicks.add(at(kNow + 2 * kDay, by("u", click("a", 5.0))), "q");
  clicks.add(at(kNow, by("s", click("a", 2.0))), "q");
  CHECK(clicks.finish(true).at("q").at("a") == 5.0);
}

TEST_CASE("without times the order of the log tells", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(10.0);
  clicks.add(click("a"), "q");
  clicks.add(click("b"), "q");
  clicks.add(click("a"), "q");
  CHECK(clicks.finish(true).at("q") == std::map<std::string, double>{{"a", 1.0}, {"b", 0.0}});
}

TEST_CASE("of impressions, what was shown joins, clicked or not", "[trainer][earlier_clicks]") {
  EarlierClicks clicks(0.0);
  clicks.add(at(kNow, shown("s", "a", 1)), "q");
  clicks.add(at(kNow, shown("s", "b", 2, true)), "q");
  CHECK(clicks.finish(true).at("q").size() == 2);
}

TEST_CASE("rows of unknown queries join nothing, but say how old labels are and whether the log says what was shown",
          "[trainer][earlier_clicks]") {
  EarlierClicks clicks(10.0);
  clicks.add(at(kNow, click("a")), "q");
  clicks.add(at(kNow + 10 * kDay, click("a")), "q");
  clicks.add_unknown(at(kNow + 20 * kDay, click("b")));
  CHECK(clicks.finish(false).size() == 1);
  CHECK_THAT(clicks.finish(false).at("q").at("a"), WithinAbs(0.5, 1e-12));
  clicks.add(at(kNow + 20 * kDay, click("c")), "q");  // the last click: it joins where what was shown joins
  CHECK(clicks.finish(false).at("q").count("c") == 0);
  clicks.add_unknown(shown("s", "d", 1));
  CHECK(clicks.finish(false).at("q").count("c") == 1);
}

}  // namespace irgan::earlier_clicks_test
