#include "trainer/evidence/click_history.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "plugin/src/features/clicked_field.h"
#include "tests/trainer/click_rows.h"

namespace irgan::click_history_test {

namespace {

const std::string kPrefix = "XCLICKED";
constexpr BehaviourOptions kKeepAll{0.0, 1};

// Query ids are their own words, stemmed already.
std::vector<std::string> words_of(const ClickRow&, const std::string& query_id) {
  std::istringstream words(query_id);
  std::vector<std::string> stems;
  for (std::string word; words >> word;) stems.push_back(word);
  std::sort(stems.begin(), stems.end());
  return stems;
}

ClickRow of_session(std::string_view session, ClickRow row) {
  row.session = session;
  return row;
}

bool has(const DocumentBehaviour& document, const std::string& term) {
  return std::count(document.terms.begin(), document.terms.end(), term) == 1;
}

}  // namespace

TEST_CASE("a document's popularity is its decayed clicks beside those of the mean clicked document",
          "[trainer][click_history]") {
  ClickHistory history(words_of);
  history.add(at(0, click("a", 4)), "red hat");
  history.add(at(10 * kDay, click("a")), "red hat");
  history.add(at(10 * kDay, click("b")), "hat");
  const Behaviour full = history.behaviour(kPrefix, {0.0, 1});
  CHECK(full.at("a").popularity == Approx(std::log1p(5.0 / 3.0)));
  CHECK(full.at("b").popularity == Approx(std::log1p(1.0 / 3.0)));
  const Behaviour decayed = history.behaviour(kPrefix, {10.0, 1});
  CHECK(decayed.at("a").popularity == Approx(std::log1p(3.0 / 2.0)));
  CHECK(full.count("c") == 0);
}

TEST_CASE("queries of the same words share their clicks, and words those of all queries that hold them",
          "[trainer][click_history]") {
  ClickHistory history(words_of);
  history.add(click("a", 3), "red hat");
  history.add(click("a", 2), "hat red");
  history.add(click("b", 2), "red hat");
  history.add(click("b", 8), "hat");
  const Behaviour behaviour = history.behaviour(kPrefix, kKeepAll);
  const DocumentBehaviour& a = behaviour.at("a");
  CHECK(a.words == std::vector<std::string>{"hat", "red"});
  CHECK(a.terms.size() == 5);
  CHECK(has(a, query_share_term(kPrefix, {"hat", "red"}, 5.0 / 8.0)));
  CHECK(has(a, word_share_term(kPrefix, "red", 5.0 / 8.0)));
  CHECK(has(a, word_share_term(kPrefix, "hat", 5.0 / 16.0)));
  CHECK(has(a, clicked_word_term(kPrefix, "hat")));
  CHECK(has(behaviour.at("b"), query_share_term(kPrefix, {"hat"}, 8.0 / 9.0)));
}

TEST_CASE("a query or word of few sessions is not kept, though its clicks count for popularity",
          "[trainer][click_history]") {
  ClickHistory history(words_of);
  for (int i = 0; i < 10; ++i) history.add(of_session("s" + std::to_string(i), click("a")), "hat");
  for (int i = 0; i < 9; ++i) history.add(of_session("s" + std::to_string(i), click("b")), "secret hat");
  history.add(of_session("s0", click("b")), "secret hat");  // one session again
  const Behaviour behaviour = history.behaviour(kPrefix, {0.0, 10});
  CHECK(behaviour.at("a").words == std::vector<std::string>{"hat"});
  CHECK(has(behaviour.at("a"), query_share_term(kPrefix, {"hat"}, 10.0 / 11.0)));
  const DocumentBehaviour& b = behaviour.at("b");
  CHECK(b.words == std::vector<std::string>{"hat"});
  CHECK(b.terms.size() == 2);
  CHECK(b.popularity == std::log1p(1.0));
  CHECK(history.behaviour(kPrefix, {0.0, 9}).at("b").words.size() == 2);
}

TEST_CASE("rows without a session are one session's", "[trainer][click_history]") {
  ClickHistory history(words_of);
  for (int i = 0; i < 100; ++i) history.add(click("a"), "hat");
  CHECK_FALSE(history.has_sessions());
  CHECK(history.behaviour(kPrefix, {0.0, 2}).at("a").terms.empty());
}

TEST_CASE("rows that are no clicks say nothing", "[trainer][click_history]") {
  ClickHistory history(words_of);
  history.add(shown("s", "a", 1), "hat");
  CHECK(history.empty());
  history.add(shown("s", "b", 2, true), "hat");
  CHECK_FALSE(history.empty());
  CHECK(history.behaviour(kPrefix, kKeepAll).size() == 1);
}

TEST_CASE("earlier parts judge later ones, and no part itself", "[trainer][click_history]") {
  ClickHistory history(words_of);
  std::vector<ClickRow> rows;
  const std::vector<std::string> documents{"a", "b", "c", "d", "e", "f", "g", "h"};
  for (std::size_t i = 0; i < documents.size(); ++i)
    rows.push_back(at(static_cast<double>(100 - i), click(documents[i])));
  for (const ClickRow& row : rows) history.add(row, "hat");
  ClickParts parts = history.parts(HeldOut::later, 4);
  CHECK(parts.size() == 4);
  CHECK(history.behaviour(kPrefix, kKeepAll, parts, 0).empty());
  for (const ClickRow& row : rows) {
    const std::size_t part = parts.part_of(row);
    const Behaviour seen = history.behaviour(kPrefix, kKeepAll, parts, part);
    CAPTURE(row.document_id, part);
    CHECK(part == static_cast<std::size_t>(*row.time - 93.0) / 2);
    for (const ClickRow& other : rows) {
      CHECK((seen.count(std::string(other.document_id)) == 1) == (parts.part_of(other) < part));
    }
  }
}

TEST_CASE("clicks of one moment stand in one part", "[trainer][click_history]") {
  ClickHistory history(words_of);
  for (int i = 0; i < 9; ++i) history.add(at(5, click("a")), "hat");
  history.add(at(7, click("b")), "hat");
  const ClickParts parts = history.parts(HeldOut::later, 3);
  const std::size_t part = parts.part_of(5.0, 0);
  CHECK(history.behaviour(kPrefix, kKeepAll, parts, part).empty());
  CHECK(parts.part_of(7.0, 0) >= part);
}

TEST_CASE("a row without a time is as old as the last dated one before it", "[trainer][click_history]") {
  ClickHistory history(words_of);
  std::vector<ClickRow> rows{click("a"), at(10, click("b")), at(20, click("c")), click("d")};
  for (const ClickRow& row : rows) history.add(row, "hat");
  ClickParts parts = history.parts(HeldOut::later, 2);
  CHECK(parts.part_of(rows[0]) == 0);
  CHECK(parts.part_of(rows[1]) == 0);
  CHECK(parts.part_of(rows[2]) == 1);
  CHECK(parts.part_of(rows[3]) == 1);
  const Behaviour seen = history.behaviour(kPrefix, kKeepAll, parts, 1);
  CHECK(seen.size() == 2);
  CHECK(seen.count("a") == 1);
}

TEST_CASE("sessions are dealt over parts whole, each judged by the others", "[trainer][click_history]") {
  ClickHistory history(words_of);
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("session " + std::to_string(i));
  for (const std::string& name : names) {
    history.add(of_session(name, click(name)), "hat");
    history.add(of_session(name, click(name + " again")), "coat");
  }
  CHECK(history.has_sessions());
  CHECK_FALSE(history.has_times());
  ClickParts parts = history.parts(HeldOut::sessions, 4);
  std::vector<std::size_t> sizes(4);
  for (const std::string& name : names) {
    const std::size_t part = parts.part_of(of_session(name, click("x")));
    ++sizes[part];
    const Behaviour seen = history.behaviour(kPrefix, kKeepAll, parts, part);
    CHECK(seen.count(name) == 0);
    CHECK(seen.count(name + " again") == 0);
    CHECK(seen.size() > names.size());
  }
  CHECK(*std::min_element(sizes.begin(), sizes.end()) > 0);
}

}  // namespace irgan::click_history_test
