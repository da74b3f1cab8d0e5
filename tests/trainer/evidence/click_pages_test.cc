#include "trainer/evidence/click_pages.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "tests/trainer/click_evidence.h"
#include "tests/trainer/click_rows.h"

namespace irgan::click_pages_test {

using Catch::Matchers::Message;
using Catch::Matchers::WithinRel;

namespace {

// "query: document@rank clicks/shown ..." of each page.
std::vector<std::string> described(const ClickEvidence& evidence) {
  std::vector<std::string> pages;
  for (const Page& page : evidence.pages) {
    std::string text = page.query_id + ":";
    for (const ShownDocument& document : page.documents) {
      text += " " + document.document_id + "@" + std::to_string(document.rank) + " " +
              std::to_string(std::lround(document.clicks)) + "/" + std::to_string(std::lround(document.shown));
    }
    pages.push_back(text);
  }
  return pages;
}

// "document last_clicks" of each document of the first page.
std::string last_clicks(ClickAggregator& aggregator) {
  const ClickEvidence evidence = all_of(aggregator);
  std::string text;
  for (const ShownDocument& document : evidence.pages.at(0).documents) {
    text += " " + document.document_id + " " + std::to_string(std::lround(document.last_clicks));
  }
  return text;
}

}  // namespace

TEST_CASE("equal pages of different sessions are merged and their counts added", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  for (const char* session : {"s1", "s2", "s3"}) {
    aggregator.add(shown(session, "A", 1, true), "q");
    aggregator.add(shown(session, "B", 2, session[1] == '2'), "q");
  }
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(described(evidence) == std::vector<std::string>{"q: A@1 3/3 B@2 1/3"});
  CHECK(evidence.has_impressions);
  CHECK(evidence.num_clicks == 4);
  CHECK(evidence.num_impressions == 6);
  CHECK(evidence.num_unclicked_pages == 0);
  CHECK(evidence.clicks.at("q").at("A") == 3);
}

TEST_CASE("pages differ by query, by document and by rank", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s1", "A", 1, true), "q");
  aggregator.add(shown("s2", "B", 1, true), "q");
  aggregator.add(shown("s3", "A", 2), "q");
  aggregator.add(shown("s4", "A", 1), "p");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(described(evidence) == std::vector<std::string>{"p: A@1 0/1", "q: A@1 1/1", "q: B@1 1/1", "q: A@2 0/1"});
  CHECK(evidence.num_unclicked_pages == 2);
}

TEST_CASE("rows of one page may come in any order, and mixed with other sessions' rows", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s1", "B", 2), "q");
  aggregator.add(shown("s2", "A", 1), "q");
  aggregator.add(shown("s1", "C", 3), "q");
  aggregator.add(shown("s2", "B", 2), "q");
  aggregator.add(shown("s1", "A", 1), "q");
  aggregator.add(shown("s2", "C", 3, true), "q");
  CHECK(described(all_of(aggregator)) == std::vector<std::string>{"q: A@1 0/2 B@2 0/2 C@3 1/2"});
}

TEST_CASE("another document at a rank that is taken begins the next page", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s", "A", 1), "q");
  aggregator.add(shown("s", "B", 2, true), "q");
  aggregator.add(shown("s", "B", 1), "q");
  aggregator.add(shown("s", "A", 2), "q");
  CHECK(described(all_of(aggregator)) == std::vector<std::string>{"q: A@1 0/1 B@2 1/1", "q: B@1 0/1 A@2 0/1"});
}

TEST_CASE("a document that stands at another rank begins the next page", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s", "A", 1), "q");
  aggregator.add(shown("s", "A", 2), "q");
  CHECK(described(all_of(aggregator)) == std::vector<std::string>{"q: A@1 0/1", "q: A@2 0/1"});
}

TEST_CASE("the same page seen again in a session adds to it", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  for (const bool clicked : {false, true}) {
    aggregator.add(shown("", "A", 1, clicked), "q");
    aggregator.add(shown("", "B", 2), "q");
  }
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(described(evidence) == std::vector<std::string>{"q: A@1 1/2 B@2 0/2"});
}

TEST_CASE("rows of counts add as many clicks and showings", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  ClickRow clicked = shown("", "A", 1, true);
  clicked.count = 30;
  ClickRow unclicked = shown("", "A", 1);
  unclicked.count = 970;
  aggregator.add(clicked, "q");
  aggregator.add(unclicked, "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(described(evidence) == std::vector<std::string>{"q: A@1 30/1000"});
  CHECK(evidence.num_clicks == 30);
  CHECK(evidence.num_impressions == 1000);
}

TEST_CASE("clicks alone make counts and no pages", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(click("A"), "q2");
  aggregator.add(click("B", 2.5), "q1");
  aggregator.add(click("A"), "q2");
  ClickRow not_clicked = click("C");
  not_clicked.clicked = false;
  aggregator.add(not_clicked, "q1");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK_FALSE(evidence.has_impressions);
  CHECK(evidence.pages.empty());
  const std::map<std::string, std::map<std::string, double>> expected{{"q1", {{"B", 2.5}}}, {"q2", {{"A", 2.0}}}};
  CHECK(evidence.clicks == expected);
  CHECK(evidence.num_clicks == 4.5);
  CHECK(evidence.num_impressions == 0);
}

TEST_CASE("a page that was left is closed, and its later rows make a page of their own", "[trainer][click_pages]") {
  constexpr int kNumOthers = 300'000;  // more than twice the 2^17 openings after which a page counts as left
  ClickAggregator aggregator;
  aggregator.add(shown("left", "A", 1, true), "q");
  aggregator.add(shown("kept", "A", 1, true), "r");
  for (int i = 0; i < kNumOthers; ++i) {
    const std::string session = std::to_string(i);
    aggregator.add(shown(session, "X", 1), "other");
    if (i % 50'000 == 0) aggregator.add(shown("kept", "A", 1), "r");
  }
  aggregator.add(shown("left", "B", 2), "q");
  aggregator.add(shown("kept", "B", 2), "r");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(described(evidence) ==
        std::vector<std::string>{"other: X@1 0/300000", "q: A@1 1/1", "q: B@2 0/1", "r: A@1 1/7 B@2 0/1"});
}

TEST_CASE("a page of more than a thousand documents is cut", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  for (int rank = 1; rank <= 2'500; ++rank) aggregator.add(shown("s", "D" + std::to_string(rank), rank), "q");
  const ClickEvidence evidence = all_of(aggregator);
  REQUIRE(evidence.pages.size() == 3);
  CHECK(evidence.pages[0].documents.size() == 1'000);
  CHECK(evidence.pages[2].documents.back().rank == 2'500);
}

TEST_CASE("pages of many sessions agree with a naive count, in the same order in every run", "[trainer][click_pages]") {
  // Ten queries of five pages each, read by interleaved sessions.
  std::mt19937 random(5);
  std::map<std::pair<int, int>, std::vector<int>> clicks;
  std::map<std::pair<int, int>, int> views;
  std::map<int, std::vector<int>> order;  // of first appearance
  ClickAggregator first;
  ClickAggregator second;
  for (int session = 0; session < 2'000; ++session) {
    const int query = static_cast<int>(random() % 10);
    const int page = static_cast<int>(random() % 5);
    std::vector<int>& sums = clicks.try_emplace({query, page}, 10, 0).first->second;
    if (views[{query, page}]++ == 0) order[query].push_back(page);
    for (int rank = 1; rank <= 10; ++rank) {
      const bool clicked = random() % 4 == 0;
      sums[static_cast<std::size_t>(rank - 1)] += clicked;
      const std::string document = "d" + std::to_string(page) + "_" + std::to_string(rank);
      const std::string name = std::to_string(session);
      first.add(at(1.7e9 + session, shown(name, document, rank, clicked)), "q" + std::to_string(query));
      second.add(at(1.7e9 + session, shown(name, document, rank, clicked)), "q" + std::to_string(query));
    }
  }
  std::vector<std::string> expected;
  for (const auto& [query, pages] : order) {
    for (const int page : pages) {
      std::string text = "q" + std::to_string(query) + ":";
      for (int rank = 1; rank <= 10; ++rank) {
        text += " d" + std::to_string(page) + "_" + std::to_string(rank) + "@" + std::to_string(rank) + " " +
                std::to_string(clicks[{query, page}][static_cast<std::size_t>(rank - 1)]) + "/" +
                std::to_string(views[{query, page}]);
      }
      expected.push_back(text);
    }
  }
  CHECK(described(all_of(first)) == expected);
  CHECK(described(all_of(second)) == expected);
}

TEST_CASE("rows of unknown queries are counted and are no evidence", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s", "A", 1, true), "q");
  ClickRow many = click("A", 2.5);
  aggregator.add_unknown(many, "who");
  aggregator.add_unknown(many, "who");
  aggregator.add_unknown(shown("s", "B", 2, true), "what");
  aggregator.add_unknown(shown("s", "B", 2), "seen");
  many.clicked = false;
  aggregator.add_unknown(many, "neither shown nor clicked");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.num_unknown_queries == 3);
  CHECK(evidence.num_unknown_clicks == 6.0);
  CHECK(evidence.num_clicks == 7.0);
  CHECK(evidence.num_impressions == 3);
  CHECK(described(evidence) == std::vector<std::string>{"q: A@1 1/1"});
  CHECK(evidence.clicks == std::map<std::string, std::map<std::string, double>>{{"q", {{"A", 1.0}}}});
}

TEST_CASE("rows of unknown queries say how old others are, and whether the log says what was shown",
          "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{std::nullopt});
  aggregator.add(click("A"), "q");
  CHECK(aggregator.half_life_days() == 0.0);  // for all that is known
  aggregator.add_unknown(at(1.7e9, click("A")), "who");
  aggregator.add(click("B"), "q");
  aggregator.add_unknown(at(1.7e9 + 10 * kDay, click("A")), "who");
  CHECK(aggregator.half_life_days() == 10.0);
  CHECK_FALSE(aggregator.has_impressions());
  SECTION("of clicks alone") {
    const ClickEvidence evidence = all_of(aggregator);
    CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(0.5, 1e-14));
    CHECK_THAT(evidence.clicks.at("q").at("B"), WithinRel(0.5, 1e-14));
    CHECK(evidence.num_undated_rows == 2);
  }
  SECTION("of impressions") {
    aggregator.add_unknown(shown("s", "A", 1), "who");
    CHECK(aggregator.half_life_days() == 0.0);
    CHECK(aggregator.has_impressions());
    const ClickEvidence evidence = all_of(aggregator);
    CHECK(evidence.has_impressions);
    CHECK(evidence.pages.empty());
    CHECK(evidence.clicks.at("q").at("A") == 1.0);
  }
}

TEST_CASE("finish empties the aggregator, which can be used again", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  aggregator.add(at(1.7e9, shown("s", "A", 1, true)), "q");
  CHECK(all_of(aggregator).pages.size() == 1);
  aggregator.add(at(1.7e9, click("A")), "q");
  aggregator.add(at(1.7e9 + 10 * kDay, click("B")), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.pages.empty());
  CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(0.5, 1e-14));
}

TEST_CASE("nothing comes to nothing", "[trainer][click_pages]") {
  ClickAggregator nobody;
  const ClickEvidence evidence = all_of(nobody);
  CHECK(evidence.pages.empty());
  CHECK(evidence.clicks.empty());
  CHECK_FALSE(evidence.has_impressions);
}

TEST_CASE("a half-life below 0 or without end is refused", "[trainer][click_pages]") {
  CHECK_THROWS_MATCHES(ClickAggregator(ClickModelOptions{-1}), ConfigError,
                       Message("half_life -1: must be 0 (no decay) or a number of days above it"));
  CHECK_THROWS_AS(ClickAggregator(ClickModelOptions{std::numeric_limits<double>::infinity()}), ConfigError);
  CHECK_THROWS_AS(ClickAggregator(ClickModelOptions{std::nan("")}), ConfigError);
}

TEST_CASE("clicks alone count half after 10 days where no half-life is set", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{std::nullopt});
  aggregator.add(at(1.7e9, click("A")), "q");
  aggregator.add(at(1.7e9 + 10 * kDay, click("B")), "q");
  aggregator.add(at(1.7e9 + 30 * kDay, click("B")), "other");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.half_life_days == 10.0);
  CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(0.125, 1e-14));
  CHECK_THAT(evidence.clicks.at("q").at("B"), WithinRel(0.25, 1e-14));
}

TEST_CASE("clicks count in full where no half-life is set and rows say what was shown", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{std::nullopt});
  aggregator.add(at(1.7e9, click("A")), "q");
  aggregator.add(at(1.7e9, shown("s", "B", 1, true)), "q");
  aggregator.add(at(1.7e9 + 20 * kDay, shown("s", "C", 2, true)), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.half_life_days == 0.0);
  CHECK(evidence.clicks.at("q").at("A") == 1.0);
  CHECK(evidence.clicks.at("q").at("B") == 1.0);
  REQUIRE(evidence.pages.size() == 1);
  CHECK(evidence.pages[0].documents[0].clicks == 1.0);
}

TEST_CASE("a half-life that is set holds for clicks on pages and for clicks alone", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{20});
  aggregator.add(at(1.7e9, shown("s", "A", 1, true)), "q");
  aggregator.add(at(1.7e9 + 20 * kDay, shown("s", "B", 2, true)), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.half_life_days == 20.0);
  CHECK_THAT(evidence.clicks.at("q").at("A"), WithinRel(0.5, 1e-14));
  CHECK_THAT(evidence.pages[0].documents[0].clicks, WithinRel(0.5, 1e-14));
}

TEST_CASE("clicks without times never decay, and the evidence says so", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{std::nullopt});
  aggregator.add(click("A"), "q");
  const ClickEvidence evidence = all_of(aggregator);
  CHECK(evidence.half_life_days == 0.0);
  CHECK(evidence.clicks.at("q").at("A") == 1.0);
}

TEST_CASE("the lowest click of each view is its last, in whatever order the rows come", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  const auto view = [&](const char* session, bool a, bool b, bool c) {
    aggregator.add(shown(session, "C", 3, c), "q");
    aggregator.add(shown(session, "A", 1, a), "q");
    aggregator.add(shown(session, "B", 2, b), "q");
  };
  view("s1", true, true, false);
  view("s2", true, false, false);
  view("s3", true, true, true);
  view("s4", false, false, false);
  view("s5", false, true, false);
  CHECK(last_clicks(aggregator) == " A 1 B 2 C 1");
}

TEST_CASE("a page that a session sees again is one more view", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  for (const bool is_first : {true, false, true}) {
    aggregator.add(shown("s", "A", 1, true), "q");
    aggregator.add(shown("s", "B", 2, is_first), "q");
  }
  CHECK(last_clicks(aggregator) == " A 1 B 2");
}

TEST_CASE("the next page of a session begins with no click", "[trainer][click_pages]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s", "A", 1), "q");
  aggregator.add(shown("s", "B", 2, true), "q");
  aggregator.add(shown("s", "C", 1), "q");
  aggregator.add(shown("s", "B", 2), "q");
  const ClickEvidence evidence = all_of(aggregator);
  REQUIRE(evidence.pages.size() == 2);
  CHECK(evidence.pages[0].documents[1].last_clicks == 1.0);
  CHECK(evidence.pages[1].documents[1].last_clicks == 0.0);
}

TEST_CASE("decay leaves last clicks alone, and rows of counts have none", "[trainer][click_pages]") {
  ClickAggregator aggregator(ClickModelOptions{10});
  aggregator.add(at(1.7e9, shown("s1", "A", 1, true)), "q");
  aggregator.add(at(1.7e9 + 100 * kDay, shown("s2", "A", 1, true)), "q");
  ClickRow counted = at(1.7e9, shown("s3", "A", 1, true));
  counted.count = 30;
  aggregator.add(counted, "q");
  CHECK(last_clicks(aggregator) == " A 2");
}

}  // namespace irgan::click_pages_test
