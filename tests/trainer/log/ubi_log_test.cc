#include "trainer/log/ubi_log.h"

#include <catch2/catch.hpp>

#include "tests/trainer/click_log_rows.h"

namespace irgan::ubi_log_test {

using Catch::Matchers::Contains;

namespace {

std::string event(const std::string& action, const std::string& query_id, const std::string& document, int ordinal,
                  const std::string& rest = "") {
  return "{\"action_name\":\"" + action + "\",\"query_id\":\"" + query_id +
         "\",\"event_attributes\":{\"object\":{\"object_id\":\"" + document +
         "\"},\"position\":{\"ordinal\":" + std::to_string(ordinal) + "}}" + rest + "}\n";
}

const std::string kWords =
    ",\"user_query\":\"red shoes\",\"session_id\":\"s\",\"timestamp\":\"2024-12-10T00:00:00.000Z\"";

std::string brief(const KeptRow& row) {
  return row.session + "|" + row.query + "|" + row.document_id + "|" + std::to_string(row.rest.rank) +
         (row.rest.clicked ? "|clicked" : "|") + (row.rest.is_impression ? "" : " alone");
}

std::vector<std::string> briefs(const std::vector<std::string>& logs, ClickLogSummary* first = nullptr) {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (const std::string& log : logs) paths.push_back(folder.write(std::to_string(paths.size()), log));
  ClickLogReader reader(paths, tolerant());
  std::vector<std::string> rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); });
  if (first != nullptr) *first = reader.summary();
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("impressions and clicks of a search make its page, ordinals from 0", "[trainer][ubi_log]") {
  ClickLogSummary summary;
  const Rows rows = briefs({"{\"index\":{\"_index\":\"ubi_events\"}}\n" + event("impression", "1", "a", 0, kWords) +
                            "{\"create\":{\"_index\":\"ubi_events\"}}\n" + event("impression", "1", "b", 1, kWords) +
                            event("click", "1", "b", 1, kWords) + event("click", "1", "b", 1, kWords) +
                            event("add_to_cart", "1", "b", 1, kWords) + event("click", "1", "z", 7, kWords)},
                           &summary);
  CHECK(rows == Rows{"s|red shoes|a|1|", "s|red shoes|b|2|clicked", "s|red shoes|z|8|clicked alone"});
  CHECK(summary.num_good == 8);
  CHECK(summary.others == std::map<std::string, std::uint64_t>{
                              {"add_to_cart", 1}, {"bulk-index lines", 2}, {"clicks on what was clicked already", 1}});
}

TEST_CASE("the words may stand in the query alone, before or behind its events, in another file",
          "[trainer][ubi_log]") {
  const std::string query =
      "{\"query_id\":\"1\",\"client_id\":\"c\",\"user_query\":\"red\",\"timestamp\":1714566605123}\n";
  const std::string events = event("impression", "1", "a", 0) + event("click", "1", "a", 0);
  const Rows expected = {"c|red|a|1|clicked"};
  CHECK(briefs({query + events}) == expected);
  CHECK(briefs({events + query}) == expected);
  CHECK(briefs({query, events}) == expected);
  CHECK(briefs({events, query}) == expected);
}

TEST_CASE("without impressions the hits of the query are its page", "[trainer][ubi_log]") {
  const std::string query =
      "{\"query_id\":\"1\",\"user_query\":\"red\",\"query_response_hit_ids\":[\"x\",7,null],\"client_id\":\"c\"}\n";
  CHECK(briefs({query + event("click", "1", "7", 1)}) == Rows{"c|red|x|1|", "c|red|7|2|clicked"});
  CHECK(briefs({query + event("impression", "1", "q", 4)}) == Rows{"c|red|q|5|"});
}

TEST_CASE("searches are one each, though their words are the same", "[trainer][ubi_log]") {
  CHECK(briefs({event("impression", "1", "a", 0, kWords) + event("impression", "2", "b", 0, kWords) +
                event("click", "2", "b", 0, kWords)}) == Rows{"s|red shoes|a|1|", "s|red shoes|b|1|clicked"});
}

TEST_CASE("times are ISO 8601 or milliseconds, sessions may stand within the attributes", "[trainer][ubi_log]") {
  const ScratchFolder folder;
  const auto rows =
      rows_of(folder.write("log",
                           "{\"action_name\":\"click\",\"query_id\":\"1\",\"user_query\":\"w\",\"timestamp\":"
                           "1717527764133,\"client_id\":\"c\","
                           "\"event_attributes\":{\"session_id\":\"inside\",\"object\":{\"object_id\":5}}}\n" +
                               event("click", "2", "d", 0, kWords)),
              tolerant());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].rest.time == 1717527764.133);
  CHECK(rows[0].session == "inside");
  CHECK(rows[0].document_id == "5");
  CHECK(rows[0].rest.rank == 0);
  CHECK(rows[1].rest.time == 1733788800.0);
}

TEST_CASE("each unusable UBI line has its reason and its place", "[trainer][ubi_log]") {
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"{\"action_name\":\"click\"", "not JSON"},
      {"[]", "not JSON"},
      {"{\"action_name\":\"cl\xFFick\"}", "not UTF-8"},
      {"{\"some\":\"thing\"}", "no query"},
      {"{\"action_name\":\"click\",\"query_id\":\"9\"}", "no document id"},
      {event("impression", "9", "", 0, kWords), "no document id"},
      {event("impression", "9", "d", -1, kWords), "bad rank"},
      {event("click", "9", "d", 1000000, kWords), "bad rank"},
      {"{\"action_name\":\"impression\",\"query_id\":\"9\",\"event_attributes\":{\"object\":{\"object_id\":\"d\"}}}",
       "no rank"},
      {event("click", "9", "d", 0, ",\"user_query\":\"w\",\"timestamp\":\"never\""), "bad time"},
      {event("click", "9", "d", 0), "no query"},
      {event("click", "", "d", 0), "no query"},
  }));
  INFO(line);
  const std::string good = event("impression", "1", "a", 0, kWords);
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", good + line + "\n"), tolerant());
  reader.read([](const ClickRow&) {});
  CHECK(reader.summary().num_good == 1);
  REQUIRE(reader.summary().rejected.size() == 1);
  CHECK_THAT(reader.summary().rejected.begin()->first, Catch::StartsWith(reason));
  CHECK(reader.summary().rejected.begin()->second.first[0].find("log:2: " + reason) != std::string::npos);
}

TEST_CASE("JSON Lines of our own keys, or of named columns, are not taken for UBI", "[trainer][ubi_log]") {
  CHECK_FALSE(is_ubi("{\"query_id\":\"1\",\"query\":\"w\",\"doc_id\":\"d\"}"));
  CHECK_FALSE(is_ubi("{\"index\":\"d\"}"));
  CHECK_FALSE(is_ubi("not JSON"));
  CHECK(is_ubi("{\"query_id\":\"1\",\"user_query\":\"w\"}"));
  const ScratchFolder folder;
  ClickLogOptions options;
  options.columns = {{"query", "user_query"}, {"doc_id", "object"}};
  const auto rows =
      rows_of(folder.write("log", "{\"query_id\":\"1\",\"user_query\":\"w\",\"object\":\"d\"}\n"), options);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].query_id == "1");
}

TEST_CASE("more UBI lines than memory holds give the same rows", "[trainer][ubi_log]") {
  const auto rows_with = [](std::size_t max_bytes) {
    UbiSearches searches({}, 4e9, max_bytes);
    bool is_pending = false;
    for (int i = 0; i < 500; ++i) {
      const std::string id = std::to_string(i * 7 % 100);
      const std::string document = std::to_string(i / 100);
      searches.take(event("impression", id, document, i / 100, kWords), {0, 1}, is_pending);
      REQUIRE(is_pending);
      if (i % 3 == 0) searches.take(event("click", id, document, i / 100, kWords), {0, 1}, is_pending);
    }
    std::vector<std::string> rows;
    int num_verdicts = 0;
    searches.finish([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); },
                    [&](const UbiSearches::Line&, RowFault, std::string_view) { ++num_verdicts; });
    CHECK(num_verdicts == 667);
    return rows;
  };
  const std::vector<std::string> expected = rows_with(std::size_t{1} << 30);
  CHECK(expected.size() == 500);
  CHECK(rows_with(1000) == expected);
}

TEST_CASE("one id for all searches is read in bounded time", "[trainer][ubi_log]") {
  std::string log = event("impression", "1", "a", 0, kWords);
  for (int i = 0; i < 20'000; ++i) log += event("impression", "1", std::to_string(i), i, "");
  ClickLogSummary summary;
  CHECK(briefs({log}, &summary).size() == 20'001);
  CHECK(summary.num_rejected == 0);
}

TEST_CASE("ordinals of UBI count from the rank base", "[trainer][ubi_log]") {
  ClickLogOptions from_1 = tolerant();
  from_1.rank_base = 1;
  const std::string log = event("impression", "1", "a", 1, kWords) + event("impression", "1", "b", 2, kWords);
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", log + event("impression", "1", "z", 0, kWords)), from_1);
  Rows rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); });
  CHECK(rows == Rows{"s|red shoes|a|1|", "s|red shoes|b|2|"});
  CHECK(reader.summary().rejected.size() == 1);
  std::string from_0;
  for (int i = 0; i < 30; ++i) from_0 += event("impression", std::to_string(i), "a", 1 + i % 2, kWords);
  ClickLogSummary summary;
  briefs({from_0}, &summary);
  REQUIRE(summary.remarks.size() == 1);
  CHECK_THAT(summary.remarks[0], Catch::Contains("no row is at rank 1"));
}

TEST_CASE("click_through is a click, and others can be named", "[trainer][ubi_log]") {
  const std::string log = event("impression", "1", "a", 0, kWords) + event("click_through", "1", "a", 0, kWords) +
                          event("impression", "1", "b", 1, kWords) + event("purchase", "1", "b", 1, kWords);
  CHECK(briefs({log}) == Rows{"s|red shoes|a|1|clicked", "s|red shoes|b|2|"});
  const ScratchFolder folder;
  ClickLogOptions purchases;
  purchases.click_actions = {"purchase"};
  ClickLogReader reader(folder.write("log", log), purchases);
  Rows rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); });
  CHECK(rows == Rows{"s|red shoes|a|1|", "s|red shoes|b|2|clicked"});
}

TEST_CASE("a place may stand as the rank of an event", "[trainer][ubi_log]") {
  const std::string line =
      "{\"action_name\":\"impression\",\"query_id\":\"1\",\"event_attributes\":{\"object\":{\"object_id\":\"a\"},"
      "\"rank\":2}" +
      kWords + "}\n";
  CHECK(briefs({line}) == Rows{"s|red shoes|a|3|"});
}

TEST_CASE("UBI: a query of our module says its page, and how it was drawn", "[trainer][ubi_log]") {
  const std::string query =
      R"({"query_id":"p","user_query":"red","timestamp":"2024-12-10T00:00:00.000Z","query_response_hit_ids":["a","b"],)"
      R"("query_attributes":{"first":10,"query":"AQID","log_probabilities":[-0.5,null]}})"
      "\n";
  const ScratchFolder folder;
  ClickLogReader reader({folder.write("queries", query), folder.write("events", event("click", "p", "b", 11))});
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) {
    CHECK(row.serialised_query == "AQID");
    rows.emplace_back(row);
  });
  REQUIRE(rows.size() == 2);
  CHECK(brief(rows[0]) == "|red|a|11|");
  CHECK(brief(rows[1]) == "|red|b|12|clicked");
  CHECK(rows[0].rest.log_probability == -0.5);
  CHECK_FALSE(rows[1].rest.log_probability.has_value());
  for (const char* bad : {"\"first\":-1", "\"log_probabilities\":[-1]", "\"log_probabilities\":[-1,0.5]"}) {
    INFO(bad);
    const std::string line = R"({"query_id":"p","user_query":"red","query_response_hit_ids":["a","b"],)"
                             R"("query_attributes":{)" +
                             std::string(bad) + "}}\n";
    CHECK_THAT(reason_of(line), Catch::Matchers::StartsWith("bad "));
  }
}

TEST_CASE("UBI: contexts stand in the attributes of a query, the module's own first, or of an event",
          "[trainer][ubi_log][context]") {
  const std::string query =
      R"({"query_id":"1","user_query":"red","query_response_hit_ids":["a"],"query_attributes":{"first":0,)"
      R"("context":{"device":"mobile"},"device":"desk","segment":3}})"
      "\n"
      R"({"query_id":"2","user_query":"red","query_response_hit_ids":["b"],"query_attributes":{"device":null}})"
      "\n";
  const std::string events =
      R"({"action_name":"impression","query_id":"3","user_query":"red","event_attributes":{"object":)"
      R"({"object_id":"c"},"position":{"ordinal":0},"device":"tablet","segment":true}})"
      "\n"
      R"({"action_name":"click","query_id":"1","event_attributes":{"object":{"object_id":"a"},"device":"phone"}})"
      "\n";
  const ScratchFolder folder;
  const std::vector<std::string> paths{folder.write("queries", query), folder.write("events", events)};
  ClickLogOptions options = tolerant();
  options.contexts = {"device", "segment"};
  std::vector<std::string> rows;
  ClickLogReader(paths, options).read([&](const ClickRow& row) {
    rows.push_back(std::string(row.document_id) + ':' + std::string(row.contexts[0]) + ',' +
                   std::string(row.contexts[1]));
  });
  CHECK(rows == Rows{"a:mobile,3", "b:,", "c:tablet,true"});
  options.contexts = {"device", "country"};
  ClickLogReader lacking(paths, options);
  CHECK_THROWS_WITH(lacking.read([](const ClickRow&) {}),
                    Contains("context country") && Contains("is OpenSearch's UBI, and says no such thing"));
}

}  // namespace irgan::ubi_log_test
