#include "irgan/memory_builder.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/click_memory.h"
#include "irgan/query_words.h"
#include "tests/trainer/click_rows.h"
#include "trainer/memory/memory_state.h"

namespace irgan::memory_builder_test {

using Catch::Matchers::WithinAbs;

namespace {

constexpr double kNow = 1.7e9;

ClickRow by(const char* session, ClickRow row) {
  row.session = session;
  return row;
}

MemoryRules rules(std::uint32_t min_sessions, double half_life_days = 5.0) {
  MemoryRules rules;
  rules.min_sessions = min_sessions;
  rules.half_life_days = half_life_days;
  rules.salt = 12345;
  return rules;
}

std::string served(const MemoryBuilder& builder) { return encode_memory(served_memory(builder.state(), 1.0)); }

std::shared_ptr<const ClickMemory> memory(const MemoryBuilder& builder) {
  return ClickMemory::from_bytes(served(builder), "memory");
}

std::vector<std::string> words(const std::string& text) { return QueryWords({}, "english").of_text(text); }

double clicks_on(const ClickMemory& memory, const std::string& query, const std::string& document) {
  for (const RememberedDocument& one : memory.query(words(query)).documents) {
    if (one.id == document) return one.clicks;
  }
  return 0.0;
}

struct Event {
  double day;
  std::string session, query, document;
};

// 300 clicks of 40 sessions on ten queries over nine days.
std::vector<Event> events() {
  const char* const queries[] = {"red shoes", "shoes red", "blue hat", "hat",     "mw3",
                                 "xbox 360",  "xbox",      "games",    "red hat", "tv"};
  std::vector<Event> all;
  for (int i = 0; i < 300; ++i) {
    all.push_back({i * 0.03, "s" + std::to_string(i * 7 % 40), queries[i * 13 % 10], "d" + std::to_string(i * i % 17)});
  }
  return all;
}

void add(MemoryBuilder& builder, const Event& event) {
  builder.add(at(kNow + event.day * kDay, by(event.session.c_str(), click(event.document))), event.query);
}

}  // namespace

TEST_CASE("clicks decay from the newest one of all", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(1));
  builder.add(at(kNow, click("a")), "shoes");
  builder.add(at(kNow + 5 * kDay, click("a", 2.0)), "Shoe");
  builder.add(at(kNow + 2.5 * kDay, click("b")), "shoes");
  builder.add(at(kNow + 10 * kDay, click("c")), "hat");
  const auto made = memory(builder);
  CHECK_THAT(clicks_on(*made, "shoes", "a"), WithinAbs(0.25 + 2.0 * 0.5, 1e-6));
  CHECK_THAT(clicks_on(*made, "shoes", "b"), WithinAbs(std::exp2(-1.5), 1e-6));
  CHECK_THAT(made->query({"shoe"}).num_clicks, WithinAbs(1.25 + std::exp2(-1.5), 1e-12));
  CHECK(clicks_on(*made, "hat", "c") == 1.0);
  CHECK(made->facts().newest_time == kNow + 10 * kDay);
}

TEST_CASE("without a half-life, or without times, clicks count in full", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(1, 0.0));
  builder.add(at(kNow, click("a")), "shoes");
  builder.add(at(kNow + 900 * kDay, click("a")), "shoes");
  CHECK(clicks_on(*memory(builder), "shoes", "a") == 2.0);
  MemoryBuilder undated(rules(1));
  undated.add(click("a"), "shoes");
  undated.add(click("a"), "shoes");
  CHECK(clicks_on(*memory(undated), "shoes", "a") == 2.0);
  CHECK(undated.report().num_undated == 2);
}

TEST_CASE("a memory takes rows before the first dated one for as old as it", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(1));
  builder.add(click("a"), "shoes");
  builder.add(at(kNow, click("b")), "shoes");
  builder.add(at(kNow + 5 * kDay, click("b")), "hat");
  CHECK_THAT(clicks_on(*memory(builder), "shoes", "a"), WithinAbs(0.5, 1e-6));
}

TEST_CASE("rows that were shown and not clicked, and queries without words, are passed over",
          "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(1));
  builder.add(shown("s", "a", 1), "shoes");
  builder.add(shown("s", "b", 2, true), "shoes");
  builder.add(click("c"), "?!");
  CHECK(builder.report().num_clicks == 1);
  CHECK(builder.report().num_wordless == 1);
  CHECK(memory(builder)->facts().num_documents == 1);
}

TEST_CASE("a log read in two parts gives the bits of one read in one go", "[trainer][memory_builder]") {
  const std::uint32_t min_sessions = GENERATE(1U, 3U, 10U);
  const std::vector<Event> all = events();
  MemoryBuilder whole(rules(min_sessions));
  for (const Event& event : all) add(whole, event);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{100}, std::size_t{299}}) {
    CAPTURE(min_sessions, cut);
    MemoryBuilder first(rules(min_sessions));
    for (std::size_t i = 0; i < cut; ++i) add(first, all[i]);
    const std::string carried = encode_state(first.state());
    MemoryBuilder second(decode_state(carried, "carry"));
    for (std::size_t i = cut; i < all.size(); ++i) add(second, all[i]);
    CHECK(served(second) == served(whole));
    CHECK(encode_state(second.state()) == encode_state(whole.state()));
    CHECK(second.report().num_not_newer == 0);
  }
}

TEST_CASE("queries and words of few sessions are not served, whoever clicked how often", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(3));
  for (int i = 0; i < 50; ++i) builder.add(at(kNow, by("one", click("secret"))), "my rare illness");
  for (const char* session : {"a", "b", "c"}) builder.add(at(kNow, by(session, click("known"))), "shoes");
  builder.add(at(kNow, by("d", click("p"))), "rare shoes");
  builder.add(at(kNow, by("e", click("q"))), "rare hats");
  const std::string bytes = served(builder);
  const auto made = ClickMemory::from_bytes(bytes, "memory");
  CHECK(made->query(words("shoes")).num_clicks == 3.0);
  CHECK(made->query(words("my rare illness")).documents.empty());
  CHECK(made->query(words("rare shoes")).documents.empty());
  CHECK(made->by_words({"ill"}, 10).empty());
  // "rare" was clicked by three sessions, though none of its queries was.
  CHECK(made->by_words({"rare"}, 10).size() == 3);
  CHECK(made->by_words({"shoe"}, 10).size() == 2);
  CHECK(made->facts().min_sessions == 3);
}

TEST_CASE("the ids of documents that only held-back queries clicked are not served", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(2));
  builder.add(at(kNow, by("one", click("secret"))), "illness");
  for (const char* session : {"a", "b"}) builder.add(at(kNow, by(session, click("known"))), "shoes");
  CHECK(served(builder).find("secret") == std::string::npos);
  CHECK(served(builder).find("known") != std::string::npos);
}

TEST_CASE("sessions are counted over days, each once, and then all clicks are served", "[trainer][memory_builder]") {
  const auto carried_on = [](const MemoryBuilder& builder) {
    return MemoryBuilder(decode_state(encode_state(builder.state()), "carry"));
  };
  MemoryBuilder monday(rules(3));
  monday.add(at(kNow, by("a", click("x"))), "shoes");
  MemoryBuilder tuesday = carried_on(monday);
  tuesday.add(at(kNow + kDay, by("a", click("x"))), "shoes");  // the same session
  tuesday.add(at(kNow + kDay, by("b", click("x"))), "shoes");
  CHECK(memory(tuesday)->facts().num_queries == 0);
  MemoryBuilder wednesday = carried_on(tuesday);
  wednesday.add(at(kNow + kDay, by("c", click("x"))), "shoes");
  CHECK_THAT(clicks_on(*memory(wednesday), "shoes", "x"), WithinAbs(3.0 + std::exp2(-0.2), 1e-6));
  CHECK(wednesday.report().num_not_newer == 1);
}

TEST_CASE("clicks without a session are one session's", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(2));
  for (int i = 0; i < 5; ++i) builder.add(at(kNow, click("a")), "shoes");
  CHECK(memory(builder)->facts().num_queries == 0);
  CHECK(builder.report().num_sessionless == 5);
}

TEST_CASE("fewer sessions may be asked for later", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(10));
  for (const char* session : {"a", "b", "c"}) builder.add(at(kNow, by(session, click("x"))), "shoes");
  builder.add(at(kNow, by("a", click("x"))), "hats");
  MemoryState state = decode_state(encode_state(builder.state()), "carry");
  state.rules.min_sessions = 3;
  const MemoryBuilder later(std::move(state));
  CHECK(clicks_on(*memory(later), "shoes", "x") == 3.0);
  CHECK(memory(later)->facts().num_queries == 1);
}

TEST_CASE("what has decayed to nothing is forgotten", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(1, 1.0));
  builder.add(at(kNow, click("old")), "shoes");
  builder.add(at(kNow + 21 * kDay, click("new")), "hat");
  CHECK(memory(builder)->facts().num_queries == 1);
  const MemoryState state = decode_state(encode_state(builder.state()), "carry");
  CHECK(state.documents == std::vector<std::string>{"new"});
  CHECK(state.queries.keys.size() == 1);
}

TEST_CASE("the carried state has no words and is refused when damaged", "[trainer][memory_builder]") {
  MemoryBuilder builder(rules(2));
  builder.add(at(kNow, by("session-of-alice", click("a"))), "illness");
  const std::string bytes = encode_state(builder.state());
  CHECK(bytes.find("ill") == std::string::npos);
  CHECK(bytes.find("alice") == std::string::npos);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    CHECK_THROWS_AS(decode_state(damaged, "carry"), FormatError);
    CHECK_THROWS_AS(decode_state(bytes.substr(0, i), "carry"), FormatError);
  }
  CHECK_THROWS_AS(decode_state(served(builder), "carry"), FormatError);
  CHECK_THROWS_AS(ClickMemory::from_bytes(bytes, "memory"), FormatError);
}

TEST_CASE("rules out of range are refused", "[trainer][memory_builder]") {
  CHECK_THROWS_AS(MemoryBuilder(rules(0)), ConfigError);
  CHECK_THROWS_AS(MemoryBuilder(rules(1, -1.0)), ConfigError);
  CHECK_THROWS_AS(MemoryBuilder(rules(1, INFINITY)), ConfigError);
}

}  // namespace irgan::memory_builder_test
