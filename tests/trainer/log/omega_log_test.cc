#include "trainer/log/omega_log.h"

#include <catch2/catch.hpp>

#include "tests/trainer/click_log_rows.h"

namespace irgan::omega_log_test {

namespace {

// A row in one line, to compare with: words|document|rank|clicked x count.
std::string brief(const KeptRow& row) {
  return (row.query.empty() ? row.query_id : row.query) + "|" + row.document_id + "|" + std::to_string(row.rest.rank) +
         (row.rest.clicked ? "|clicked" : "|") +
         (row.rest.count == 1.0 ? "" : " x" + std::to_string(int(row.rest.count))) +
         (row.rest.is_impression ? "" : " alone");
}

std::vector<std::string> briefs(const std::vector<std::string>& paths, ClickLogSummary* first = nullptr) {
  ClickLogReader reader(paths, tolerant());
  std::vector<std::string> rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); });
  if (first != nullptr) *first = reader.summary();
  CHECK(reader.has_impressions());
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("Omega's pair of logs gives pages with their clicks, whatever their order", "[trainer][omega_log]") {
  const ScratchFolder folder;
  const std::string searches = folder.write("search.log",
                                            "q1,\"book\",\"45,54\",0\n"
                                            "q2,\"a \"\"b\"\", c\",\"7\",10\n"
                                            "q3,\"\",\"\",0\n"
                                            "q4,\"nothing found\",\"\",0\n"
                                            "q1,\"book\",\"45,54\",0\n");
  const std::string clicks = folder.write("clicks.log", "\"q1\",\"54\"\n\"q2\",\"7\"\nq2,7\n");
  const Rows expected = {"book|45|1|", "book|54|2|clicked", "a \"b\", c|7|11|clicked", "book|45|1|", "book|54|2|"};
  CHECK(briefs({searches, clicks}) == expected);
  ClickLogSummary summary;
  CHECK(briefs({clicks, searches}, &summary) == expected);
  CHECK(summary.num_good == 3);
  CHECK(summary.others == std::map<std::string, std::uint64_t>{{"clicks on what was clicked already", 1}});
}

TEST_CASE("each page that shows a document takes one of the query's clicks on it", "[trainer][omega_log]") {
  const ScratchFolder folder;
  const std::string searches = folder.write("s", "q,w,\"1,2\",0\nq,w,\"2,1\",0\nq,w,\"1,2\",0\n");
  const std::string clicks = folder.write("c", "q,1\nq,1\nq,9\nr,3\n");
  CHECK(briefs({searches, clicks}) == Rows{"w|1|1|clicked", "w|2|2|", "w|2|1|", "w|1|2|clicked", "w|1|1|", "w|2|2|",
                                           "w|9|0|clicked alone", "r|3|0|clicked alone"});
}

TEST_CASE("the combined log counts its clicks itself", "[trainer][omega_log]") {
  const ScratchFolder folder;
  const std::string line = "8f,book,\"45,54\",20,\"45:0,54:2\"\n";
  const std::string header = GENERATE("QueryID,Query,Hits,Offset,Clicks\n", "");
  ClickLogSummary summary;
  CHECK(briefs({folder.write("final.log", header + line)}, &summary) == Rows{"book|45|21|", "book|54|22|clicked x2"});
  CHECK(summary.num_good == 1);
}

TEST_CASE("ids, time and session stand beside the docids", "[trainer][omega_log]") {
  const ScratchFolder folder;
  const std::string searches =
      folder.write("s", "q,w,\"1,2\",0,\"time=1714566605\",\"id=/a\",\"id=/b,c=d\",\"session=u\",\"else=x\"\n");
  const std::string clicks = folder.write("c", "\"q\",\"2\",\"id=/b,c=d\",\"time=1714566609\"\nq,5,id=/e\n");
  ClickLogReader reader({searches, clicks});
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  REQUIRE(rows.size() == 3);
  CHECK(brief(rows[0]) == "w|/a|1|");
  CHECK(brief(rows[1]) == "w|/b,c=d|2|clicked");
  CHECK(brief(rows[2]) == "w|/e|0|clicked alone");
  CHECK(rows[0].session == "u");
  CHECK(rows[1].rest.time == 1714566605.0);
}

TEST_CASE("each unusable line of Omega's logs has its reason", "[trainer][omega_log]") {
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"q,w,\"1,2\"", "wrong number of columns"},
      {"q,\"w,\"1,2\",0", "wrong number of columns"},
      {"q,w,\"1,2\",0,id=a", "wrong number of columns"},
      {"q,w,\"1,2\",0,id=a,id=b,id=c", "wrong number of columns"},
      {"q,w,\"1,2\",0,more", "wrong number of columns"},
      {"q,w,\"1,2\",0,id=a,id=", "no document id"},
      {"q,w,\"1,x\",0", "no document id"},
      {"q,w,\"1,\",0", "no document id"},
      {"q,w,\"0\",0", "no document id"},
      {"q,w,\"4294967296\",0", "no document id"},
      {",w,1,0", "no query"},
      {"q,,1,0", "no query"},
      {"q,w,1,-1", "bad rank"},
      {"q,w,1,x", "bad rank"},
      {"q,w,1,1000000", "bad rank"},
      {"q,w,1,0,time=yesterday", "bad time"},
      {"q,w\xFF,1,0", "not UTF-8"},
  }));
  INFO(line);
  CHECK(reason_of("q,w,1,0\n" + line + "\n") == reason);
}

TEST_CASE("a visitor who asks for a page that there is not spoils no line", "[trainer][omega_log]") {
  CHECK(reason_of("q,w,1,0\nq,w,,99999999\n").empty());
}

TEST_CASE("unusable lines of clicks.log and final.log are told, too", "[trainer][omega_log]") {
  CHECK(reason_of("q,1\nq\n") == "wrong number of columns");
  CHECK(reason_of("q,1\nq,x\n") == "no document id");
  CHECK(reason_of("q,1\n,1\n") == "no query");
  CHECK(reason_of("q,1\nq,1,id=a,id=b\n") == "wrong number of columns");
  const std::string header = "QueryID,Query,Hits,Offset,Clicks\n";
  CHECK(reason_of(header + "q,w,\"1,2\",0,1:0\n") == "bad count");
  CHECK(reason_of(header + "q,w,\"1,2\",0,\"2:0,1:0\"\n") == "bad count");
  CHECK(reason_of(header + "q,w,1,0,1:x\n") == "bad count");
  CHECK(reason_of(header + "q,w,1,0\n") == "wrong number of columns");
}

TEST_CASE("a header of other columns is not taken for one of Omega's logs", "[trainer][omega_log]") {
  CHECK(omega_form("query,doc_id") == OmegaForm::none);
  CHECK(omega_form("query\tdoc_id") == OmegaForm::none);
  CHECK(omega_form("session,query,doc_id,rank,clicked") == OmegaForm::none);
  CHECK(omega_form("q,7") == OmegaForm::clicks);
  CHECK(omega_form("q,w,7,0,id=7:1") == OmegaForm::search);
}

}  // namespace irgan::omega_log_test
