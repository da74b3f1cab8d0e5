// Lines, headers and options that cannot be used.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/click_log.h"
#include "tests/trainer/click_log_rows.h"

namespace irgan::click_log_rejects_test {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Message;
using Catch::Matchers::StartsWith;

TEST_CASE("each unusable line has its reason", "[trainer][click_log]") {
  const auto [log, reason] = GENERATE(table<std::string, std::string>({
      {"query\tdoc_id\nq\td\te\n", "wrong number of columns"},
      {"query\tdoc_id\nq\n", "wrong number of columns"},
      {"query,doc_id\n\"q,d\n", "wrong number of columns"},
      {"query,doc_id\n\"q\"x,d\n", "wrong number of columns"},
      {"query,doc_id\n\"q,\"\"\n", "wrong number of columns"},
      {"query\tdoc_id\nq\t\n", "no document id"},
      {"{\"query\":\"q\"}", "no document id"},
      {"{}", "no document id"},
      {"{\"query\":\"q\",\"doc_id\":[1]}", "no document id"},
      {"query\tquery_id\tdoc_id\n\t\td\n", "no query"},
      {"{\"doc_id\":1,\"query\":\"\"}", "no query"},
      {"query,doc_id\nshoes\",d\n", "wrong number of columns"},  // the second half of a query with a line break
      {"query\tdoc_id\trank\nq\td\t0\n", "rank 0"},
      {"query\tdoc_id\trank\nq\td\t1.5\n", "bad rank"},
      {"query\tdoc_id\trank\nq\td\t-1\n", "bad rank"},
      {"query\tdoc_id\trank\nq\td\tnan\n", "bad rank"},
      {"query\tdoc_id\trank\nq\td\t1000001\n", "bad rank"},
      {"query\tdoc_id\trank\nq\td\t1e99\n", "bad rank"},
      {"query\tdoc_id\trank\nq\td\tfirst\n", "bad rank"},
      {"query\tdoc_id\trank\tclicked\nq\td\t\t1\n", "bad rank"},
      {"{\"query\":1,\"doc_id\":1,\"rank\":1,\"clicked\":1}\n{\"query\":1,\"doc_id\":1,\"clicked\":1}", "bad rank"},
      {"{\"query\":1,\"doc_id\":1,\"clicked\":1}\n{\"query\":1,\"doc_id\":1,\"clicked\":1,\"rank\":1}", "bad rank"},
      {"query\tdoc_id\tclicked\nq\td\tno way\n", "bad clicked"},
      {"query\tdoc_id\tclicked\nq\td\t2\n", "bad clicked"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1,\"clicked\":[1]}", "bad clicked"},
      {"query\tdoc_id\tcount\nq\td\t0\n", "bad count"},
      {"query\tdoc_id\tcount\nq\td\t-1\n", "bad count"},
      {"query\tdoc_id\tcount\nq\td\t\n", "bad count"},
      {"query\tdoc_id\tcount\nq\td\tinf\n", "bad count"},
      {"query\tdoc_id\tcount\nq\td\t1e13\n", "bad count"},
      {"{\"query\":1,\"doc_id\":1,\"count\":{\"$numberLong\":\"3\"}}", "bad count"},
      {"query\tdoc_id\tlog_probability\nq\td\t0.1\n", "bad log probability"},
      {"query\tdoc_id\tlog_probability\nq\td\t-inf\n", "bad log probability"},
      {"query\tdoc_id\tlog_probability\nq\td\tlow\n", "bad log probability"},
      {"{\"query\":1,\"doc_id\":1,\"log_probability\":[-1]}", "bad log probability"},
      {"{\"query\":1,\"doc_id\":1}\nnot at all", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1} x", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1}}", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1}{\"query\":1,\"doc_id\":1}", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1x}", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":nul}", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n[1]", "not JSON"},
      {"{\"query\":1,\"doc_id\":1}\n7", "not JSON"},
      {"query\tdoc_id\nq\xFF\td\n", "not UTF-8"},
      {"query,doc_id\nq,d\xC3\n", "not UTF-8"},
      {"{\"query\":\"\xED\xA0\x80\",\"doc_id\":1}", "not UTF-8"},
  }));
  INFO(log);
  CHECK(reason_of(log) == reason);
}

TEST_CASE("ranks count from 1, or from 0 where told", "[trainer][click_log]") {
  ClickLogOptions from_0 = tolerant();
  from_0.rank_base = 0;
  CHECK(reason_of("query\tdoc_id\trank\nq\td\t0\n", from_0).empty());
  CHECK(reason_of("query\tdoc_id\trank\nq\td\t-1\n", from_0) == "bad rank");
  CHECK(reason_of("query\tdoc_id\trank\nq\td\t999999\n", from_0).empty());
  CHECK(reason_of("query\tdoc_id\trank\nq\td\t1000000\n", from_0) == "bad rank");
  CHECK(reason_of("query\tdoc_id\trank\nq\td\t1000000\n").empty());
}

TEST_CASE("unusable lines are counted by reason, shown first with their place, and written to the rejects file",
          "[trainer][click_log]") {
  const ScratchFolder folder;
  std::string log = "query\tdoc_id\trank\n";
  for (int i = 0; i < 7; ++i) log += "q\td\t-\n\n";
  log += "q\t\t1\nq\td\t1\n" + std::string(200, 'z') + "\n" + "q\x01\td\t\x7F\n" + "q\xFFq\td\t1\n";
  const std::string path = folder.write("log", log);
  ClickLogOptions options = tolerant();
  options.rejects_path = folder.file("rejects");
  ClickLogReader reader(path, options);
  reader.read([](const ClickRow&) {});

  const ClickLogSummary& summary = reader.summary();
  CHECK(summary.num_good == 1);
  CHECK(summary.num_rejected == 11);
  CHECK(summary.rejected.at(std::string(reason(RowFault::bad_rank))).count == 8);
  const std::vector<std::string> first = summary.rejected.at(std::string(reason(RowFault::bad_rank))).first;
  REQUIRE(first.size() == 5);
  CHECK(first[0] == path + ":2: bad rank: q\td\t-");
  CHECK(first[4] == path + ":10: bad rank: q\td\t-");
  CHECK(summary.rejected.at("no document id").first == std::vector<std::string>{path + ":16: no document id: q\t\t1"});
  CHECK(summary.rejected.at("wrong number of columns").first ==
        std::vector<std::string>{path + ":18: wrong number of columns: " + std::string(120, 'z')});
  CHECK(summary.rejected.at("not UTF-8").first == std::vector<std::string>{path + ":20: not UTF-8: q?q\td\t1"});

  const std::string rejects = folder.read("rejects");
  CHECK(std::count(rejects.begin(), rejects.end(), '\n') == 11);
  CHECK_THAT(rejects, StartsWith(path + ":2: bad rank: q\td\t-\n"));
  CHECK_THAT(rejects, Contains(path + ":19: bad rank: q?\td\t?\n"));
}

TEST_CASE("bytes that visitors typed get no log refused, unless they are most of it", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto read = [&](int num_good) {
    std::string log = "query\tdoc_id\nq\xFF\td\nq\xFF\td\n";
    for (int i = 0; i < num_good; ++i) log += "q\td\n";
    ClickLogReader reader(folder.write("log", log), {});
    reader.read([](const ClickRow&) {});
    return reader.summary().rejected.at("not UTF-8").count;
  };
  CHECK(read(2) == 2);
  CHECK_THROWS_AS(read(1), FormatError);
}

TEST_CASE("an excerpt does not cut a letter in two", "[trainer][click_log]") {
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", "query\tdoc_id\n" + std::string(119, 'a') + "\xC3\xBC!\n"), tolerant());
  reader.read([](const ClickRow&) {});
  CHECK_THAT(reader.summary().rejected.at("wrong number of columns").first.at(0),
             EndsWith(": " + std::string(119, 'a')));
}

TEST_CASE("the rejects file is made, empty, where every line is good", "[trainer][click_log]") {
  const ScratchFolder folder;
  folder.write("rejects", "of yesterday\n");
  ClickLogOptions options;
  options.rejects_path = folder.file("rejects");
  rows_of(folder.write("log", "query\tdoc_id\nq\td\n"), options);
  CHECK(folder.read("rejects").empty());
}

TEST_CASE("too many unusable lines are an error that names reasons, places and --max-bad", "[trainer][click_log]") {
  const ScratchFolder folder;
  std::string log = "query\tdoc_id\trank\n";
  for (int i = 0; i < 97; ++i) log += "q\td\t1\n";
  log += "q\td\t-\nq\t\t1\nq\td\tx\n";
  const std::string path = folder.write("log", log);
  ClickLogOptions options;
  options.rejects_path = folder.file("rejects");
  CHECK_THROWS_MATCHES(rows_of(path, options), FormatError,
                       Message(path +
                               ": 3 of 100 lines cannot be used, more than max_bad 0.01 allows: 2 bad rank (taken: "
                               "whole numbers up to 1000000), 1 no document id\n  " +
                               path + ":99: bad rank: q\td\t-\n  " + path + ":101: bad rank: q\td\tx\n  " + path +
                               ":100: no document id: q\t\t1"));
  const std::string rejects = folder.read("rejects");
  CHECK(std::count(rejects.begin(), rejects.end(), '\n') == 3);

  options.max_bad = 0.03;
  CHECK(rows_of(path, options).size() == 97);
  options.max_bad = 0.0;
  CHECK_THROWS_AS(rows_of(path, options), FormatError);
}

TEST_CASE("a header that lacks a needed column is an error that says which and how to map it", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto [header, found, example] = GENERATE(table<std::string, std::string, std::string>({
      {"query\tdocument\n", "query, document", "doc_id=document"},
      {"query\tdoc_idd\n", "query, doc_idd", "doc_id=doc_idd"},
      {"doc_id,user,time\n", "doc_id, user, time", "doc_id=document"},
      {"just words\n", "just words", "doc_id=document"},
      {std::string("\0\xFF\x01", 3), "???", "doc_id=document"},
  }));
  const std::string path = folder.write("log", header);
  CHECK_THROWS_MATCHES(ClickLogReader(path), FormatError,
                       Message(path + ":1: the header of the click log lacks a column that is needed; found: " + found +
                               "; needed: doc_id, and query_id or query. Other names are given as columns "
                               "NAME=THEIRS, as in " +
                               example));
}

TEST_CASE("JSON Lines of which none is usable name the keys that they have", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log", "{\"q\":1,\"document\":2}\n");
  CHECK_THROWS_MATCHES(rows_of(path), FormatError,
                       Message(path +
                               ": 1 of 1 lines cannot be used, more than max_bad 0.01 allows: 1 no document id. "
                               "Keys found: q, document; needed: doc_id, and query_id or query. Other names "
                               "are given as columns NAME=THEIRS, as in doc_id=document, query=q\n  " +
                               path + ":1: no document id: {\"q\":1,\"document\":2}"));
}

TEST_CASE("JSON Lines of other events name the keys that they have, too", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log",
                                        "{\"event\":\"ranking\",\"items\":[1]}\n"
                                        "{\"event\":\"interaction\",\"type\":\"click\",\"item\":1}\n");
  CHECK_THROWS_WITH(rows_of(path), Contains("Keys found: event, items; needed: doc_id"));
}

TEST_CASE("wrong options and mappings are errors that name them", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log", "query\tdoc_id\n");
  ClickLogOptions options;
  SECTION("a column that the header lacks") {
    options.columns = {{"clicked", "is_click"}};
    CHECK_THROWS_MATCHES(
        ClickLogReader(path, options), ConfigError,
        Message("column clicked=is_click: the header of " + path + " has no column 'is_click'; it has query, doc_id"));
  }
  SECTION("a name that is none of ours") {
    options.columns = {{"click", "is_click"}};
    CHECK_THROWS_MATCHES(
        ClickLogReader(path, options), ConfigError,
        Message(
            "column click=is_click: there is no column 'click'; the known ones are session, time, "
            "query_id, query, doc_id, rank, clicked, count, log_probability, team, action, serialised_query, page_id; "
            "did you mean clicked?"));
  }
  SECTION("a column that the header spells in another way") {
    options.columns = {{"rank", "positon"}};
    const std::string shown = folder.write("shown", "query\tdoc_id\tposition\n");
    CHECK_THROWS_WITH(ClickLogReader(shown, options),
                      EndsWith("it has query, doc_id, position; did you mean rank=position?"));
  }
  SECTION("a rank base") {
    options.rank_base = 2;
    CHECK_THROWS_MATCHES(ClickLogReader(path, options), ConfigError, Message("rank_base 2: must be 0 or 1"));
  }
  SECTION("a share of bad lines") {
    options.max_bad = GENERATE(-0.5, 1.5);
    CHECK_THROWS_MATCHES(
        ClickLogReader(path, options), ConfigError,
        Message(std::string("max_bad ") + (options.max_bad < 0 ? "-0.5" : "1.5") + ": must be between 0 and 1"));
  }
  SECTION("a share that is no number") {
    options.max_bad = std::nan("");
    CHECK_THROWS_AS(ClickLogReader(path, options), ConfigError);
  }
  SECTION("a rejects file in a folder that is not there") {
    options.rejects_path = folder.file("missing/rejects");
    CHECK_THROWS_AS(ClickLogReader(path, options), Error);
  }
}

TEST_CASE("a rank base, or a name, that nothing in the log is of is refused", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& log, const ClickLogOptions& options) -> std::string {
    try {
      ClickLogReader reader(folder.write("log", log), options);
      reader.read([](const ClickRow&) {});
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "(taken)";
  };
  ClickLogOptions based;
  based.rank_base = GENERATE(0, 1);
  const std::string flag = "rank_base " + std::to_string(*based.rank_base) + ": " + folder.file("log");
  CHECK(refusal("q,w,\"1,2\",0\n", based) == flag + " is one of Omega's logs, whose ranks are known to begin at 0");
  CHECK(refusal("{\"query_id\":\"1\",\"user_query\":\"w\",\"query_response_hit_ids\":[\"d\"]}\n", based) ==
        flag + " is OpenSearch's UBI, whose ranks are known to begin at 0");
  CHECK(refusal("query\tdoc_id\nq\td\n", based) == flag + " has no ranks; a column rank=THEIRS gives their name");
  CHECK(refusal("{\"query\":1,\"doc_id\":1}\n", based) ==
        flag + " has no ranks; a column rank=THEIRS gives their name");
  CHECK(refusal("{\"query\":1,\"doc_id\":1}\n{\"query\":1,\"doc_id\":1,\"rank\":3}\n", based) == "(taken)");

  ClickLogOptions named;
  named.columns = {{"clicked", "is_click"}};
  CHECK(refusal("{\"query\":1,\"doc_id\":1}\n", named) ==
        "column clicked=is_click: no line of " + folder.file("log") + " has a value under the key 'is_click'");
  CHECK(refusal("{\"query\":1,\"doc_id\":1,\"is_click\":1}\n", named) == "(taken)");
  CHECK(refusal("q,w,\"1,2\",0\n", named) ==
        "column clicked=is_click: " + folder.file("log") + " is one of Omega's logs, whose columns have no names");
}

TEST_CASE("what is no click log at all is refused at once", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", ": the click log is empty"},
      {"\n \t \n", ": the click log is empty"},
      {"\n[{\"query\":1}]\n",
       ":2: the click log is a JSON array; JSON Lines are read, one object a line (jq -c '.[]' makes them)"},
      {"query\tquery\tdoc_id\n", ":1: the header has two columns 'query'"},
      {"\"query,doc_id\n", ":1: the header line cannot be read"},
      {"query\tdoc_id\rq\td\r", ":1: the lines end in CR alone (tr '\\r' '\\n' mends them)"},
      {"query" + std::string(20'000, ','), ":1: the header line cannot be read"},
  }));
  const std::string path = folder.write("log", text);
  CHECK_THROWS_MATCHES(ClickLogReader(path), FormatError, Message(path + message));
  CHECK_THROWS_AS(ClickLogReader(folder.file("missing")), Error);
}

}  // namespace irgan::click_log_rejects_test
