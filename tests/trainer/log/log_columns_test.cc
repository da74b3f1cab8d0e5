// What columns and actions of other people's logs mean.
#include <catch2/catch.hpp>

#include "tests/trainer/click_log_rows.h"

namespace irgan::log_columns_test {

using Catch::Contains;

namespace {

using Rows = std::vector<std::string>;

// "query|document|rank|clicked", or "|alone"; and "xCOUNT" where a row counts more than once.
std::string brief(const KeptRow& row) {
  return (row.query.empty() ? row.query_id : row.query) + "|" + row.document_id + "|" + std::to_string(row.rest.rank) +
         (!row.rest.is_impression ? (row.rest.clicked ? "|alone" : "|nothing")
          : row.rest.clicked      ? "|clicked"
                                  : "|") +
         (row.rest.count == 1.0 ? "" : "x" + std::to_string(static_cast<int>(row.rest.count)));
}

Rows briefs(const std::vector<std::string>& logs, const ClickLogOptions& options = {},
            ClickLogSummary* first = nullptr) {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (const std::string& log : logs) paths.push_back(folder.write("log" + std::to_string(paths.size()), log));
  ClickLogReader reader(paths, options);
  Rows rows;
  reader.read([&](const ClickRow& row) { rows.push_back(brief(KeptRow(row))); });
  if (first != nullptr) *first = reader.summary();
  return rows;
}

Rows briefs(const std::string& log, const ClickLogOptions& options = {}, ClickLogSummary* first = nullptr) {
  return briefs(std::vector<std::string>{log}, options, first);
}

ClickLogOptions with_column(const std::string& known, const std::string& theirs) {
  ClickLogOptions options;
  options.columns = {{known, theirs}};
  return options;
}

std::string refusal(const std::string& log, const ClickLogOptions& options = {}) {
  try {
    briefs(log, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "(taken)";
}

std::string remarks_of(const std::string& log, const ClickLogOptions& options = {}) {
  ClickLogSummary summary;
  briefs(log, options, &summary);
  std::string all;
  for (const std::string& remark : summary.remarks) all += remark + "\n";
  return all;
}

}  // namespace

TEST_CASE("JSON Lines of which any says what was clicked are impressions, whichever line is the first",
          "[trainer][log_columns]") {
  const std::string shown = "{\"query\":\"q\",\"doc_id\":1,\"rank\":1}\n";
  const std::string null = "{\"query\":\"q\",\"doc_id\":2,\"rank\":2,\"clicked\":null}\n";
  const std::string clicked = "{\"query\":\"q\",\"doc_id\":3,\"rank\":3,\"clicked\":true}\n";
  const Rows a = {"q|1|1|"}, b = {"q|2|2|"}, c = {"q|3|3|clicked"};
  CHECK(briefs(shown + null + clicked) == Rows{a[0], b[0], c[0]});
  CHECK(briefs(clicked + null + shown) == Rows{c[0], b[0], a[0]});
  CHECK(briefs(shown + clicked + shown) == Rows{a[0], c[0], a[0]});
  CHECK(briefs(null + shown) == Rows{b[0], a[0]});  // a day without a click
  CHECK(briefs(shown + shown) == Rows{"q|1|1|alone", "q|1|1|alone"});
  // A day may lack the key that others have.
  CHECK(briefs(std::vector<std::string>{shown + shown, clicked}) == Rows{a[0], a[0], c[0]});
  // Passed over, each row is a click.
  CHECK(briefs(shown + null, with_column("clicked", "")) == Rows{"q|1|1|alone", "q|2|2|alone"});
}

TEST_CASE("a rank may be missing in the first lines of JSON", "[trainer][log_columns]") {
  ClickLogSummary summary;
  const Rows rows = briefs(
      "{\"query\":\"q\",\"doc_id\":1,\"clicked\":1}\n"
      "{\"query\":\"q\",\"doc_id\":2,\"clicked\":0,\"rank\":2}\n",
      tolerant(), &summary);
  CHECK(rows == Rows{"q|2|2|"});
  CHECK(summary.rejected.count(std::string(reason(RowFault::bad_rank))) == 1);
}

TEST_CASE("many lines wait for the one that says what they mean", "[trainer][log_columns]") {
  std::string log;
  for (int i = 0; i < 300'000; ++i) log += "{\"query\":\"q\",\"doc_id\":" + std::to_string(i) + ",\"rank\":1}\n";
  ClickLogSummary summary;
  const Rows rows = briefs(log + "{\"query\":\"q\",\"doc_id\":\"z\",\"rank\":1,\"clicked\":1}\nbad\n", {}, &summary);
  REQUIRE(rows.size() == 300'001);
  CHECK(rows[0] == "q|0|1|");
  CHECK(rows[299'999] == "q|299999|1|");
  CHECK(rows[300'000] == "q|z|1|clicked");
  CHECK_THAT(summary.rejected.at("not JSON").first.at(0), Contains("log0:300002: not JSON: bad"));
}

TEST_CASE("a cell that says nothing of a click says no", "[trainer][log_columns]") {
  std::string log = "query,doc_id,rank,clicked\n";
  for (const char* cell : {"1", "yes", "Y", "True", "t", "1.0", "", "no", "N", "FALSE", "null", "None", "NaN", "\\N"}) {
    log += std::string("q,d,1,") + cell + "\n";
  }
  const Rows rows = briefs(log);
  REQUIRE(rows.size() == 14);
  CHECK(std::count(rows.begin(), rows.end(), "q|d|1|clicked") == 6);
  CHECK(std::count(rows.begin(), rows.end(), "q|d|1|") == 8);
}

TEST_CASE("a column that may say what was clicked is not passed over in silence", "[trainer][log_columns]") {
  const std::string name = GENERATE("is_click", "was_clicked", "Clicks", "click", "isClicked");
  const std::string csv = "query,doc_id," + name + "\nq,a,0\nq,b,1\n";
  const std::string json = "{\"query\":\"q\",\"doc_id\":1}\n{\"query\":\"q\",\"doc_id\":1,\"" + name + "\":0}\n";
  CHECK_THAT(refusal(csv), Contains("column is missing") && Contains("clicked=" + name) && Contains("count=" + name));
  CHECK_THAT(refusal(json), Contains("column is missing") && Contains("clicked=" + name));
  CHECK(briefs(csv, with_column("clicked", name)) == Rows{"q|a|0|nothing", "q|b|0|alone"});
  CHECK(briefs(csv, with_column("clicked", "")) == Rows{"q|a|0|alone", "q|b|0|alone"});
  CHECK(briefs("query,doc_id,clicks\nq,a,3\n", with_column("count", "clicks")) == Rows{"q|a|0|alonex3"});
}

TEST_CASE("of events only those that are clicks are clicks", "[trainer][log_columns]") {
  const std::string column = GENERATE("action_name", "event", "type", "event_type");
  ClickLogSummary summary;
  CHECK(briefs("query\tdoc_id\t" + column +
                   "\nq\ta\timpression\nq\tb\tclick\nq\tc\tview\nq\td\tClick-Through\n\tz\tsearch\n",
               {}, &summary) == Rows{"q|b|0|alone", "q|d|0|alone"});
  CHECK(summary.others == std::map<std::string, std::uint64_t>{{"impression", 1}, {"search", 1}, {"view", 1}});
  CHECK(summary.remarks.size() == 1);
  CHECK(briefs("{\"query\":\"q\",\"doc_id\":1,\"" + column + "x\":\"view\"}\n") == Rows{"q|1|0|alone"});
  // An unknown word alone says nothing: the rows may all be clicks. Beside another one somebody must say.
  const std::string products = "query\tdoc_id\t" + column + "\nq\ta\tbook\nq\tb\tbook\n";
  CHECK(briefs(products).size() == 2);
  CHECK_THAT(refusal(products + "q\tc\tlamp\n"),
             Contains("click_action is missing") && Contains("'lamp' here and 'book'"));
  CHECK_THAT(refusal(products + "q\tc\tclick\n"), Contains("click_action is missing"));
  CHECK(briefs(products + "q\tc\tlamp\n", with_column("action", "")).size() == 3);
  ClickLogOptions named;
  named.click_actions = {"lamp"};
  CHECK(briefs(products + "q\tc\tlamp\n", named) == Rows{"q|c|0|alone"});
  // Where a column says what was clicked, there is no need of another one.
  CHECK(briefs("query\tdoc_id\tclicked\trank\t" + column + "\nq\ta\t0\t1\tview\n") == Rows{"q|a|1|"});
}

TEST_CASE("no click among the events is remarked", "[trainer][log_columns]") {
  CHECK_THAT(remarks_of("query\tdoc_id\tevent\nq\ta\timpression\n"), Contains("no line's action is a click"));
}

TEST_CASE("headers may be spelt otherwise, and stand again where files were joined", "[trainer][log_columns]") {
  CHECK(briefs("Query,Doc_ID,docid2,RANK,Clicked\nq,a,z,1,1\n") == Rows{"q|a|1|clicked"});
  CHECK(briefs("queryId\tdocId\n7\ta\n") == Rows{"7|a|0|alone"});
  CHECK(briefs("query,doc_id,Doc_ID\nq,a,b\n") == Rows{"q|a|0|alone"});
  CHECK_THAT(refusal("query,docid,Doc_ID\nq,a,b\n"), Contains("two columns 'docid' and 'Doc_ID'"));
  ClickLogSummary summary;
  CHECK(briefs("query_id,doc_id\n1,a\nquery_id,doc_id\n2,b\n", {}, &summary) == Rows{"1|a|0|alone", "2|b|0|alone"});
  CHECK(summary.others == std::map<std::string, std::uint64_t>{{"header lines again", 1}});
}

TEST_CASE("what other columns may mean is said", "[trainer][log_columns]") {
  CHECK_THAT(refusal("timestamp,visitor,search_term,position,sku,was_clicked\n"),
             Contains("as in doc_id=sku, query=search_term, rank=position, clicked=was_clicked, time=timestamp, "
                      "session=visitor"));
  CHECK_THAT(remarks_of("query\tdoc_id\tclicked\tposition\nq\ta\t1\t2\n"), Contains("'position' is not read"));
  CHECK(remarks_of("query\tdoc_id\tclicked\tposition\trank\nq\ta\t1\t2\t3\n").empty());
}

TEST_CASE("semicolons and bars separate, where the header says so", "[trainer][log_columns]") {
  CHECK(briefs("query;doc_id;rank;clicked\n\"a;b\";d;1;1\n") == Rows{"a;b|d|1|clicked"});
  CHECK(briefs("sep=;\nquery;doc_id\na, b;d\n") == Rows{"a, b|d|0|alone"});
  CHECK(briefs("query|doc_id\na|d\n") == Rows{"a|d|0|alone"});
  CHECK(briefs("\xEF\xBB\xBFquery;doc_id\r\na;d\r\n") == Rows{"a|d|0|alone"});
}

TEST_CASE("blanks around ids are none of theirs", "[trainer][log_columns]") {
  CHECK(briefs("query_id, doc_id, rank, clicked\n q1, d 1 , 1, 1\n") == Rows{"q1|d 1|1|clicked"});
  CHECK(refusal("query_id,doc_id\nq1, \n") != "(taken)");
}

TEST_CASE("TSV is read as csv.writer and pandas write it", "[trainer][log_columns]") {
  // A quote doubles, and puts its field in quotes; so does a tab. A writer without quoting leaves all as it is.
  CHECK(briefs("query\tdoc_id\n\"\"\"red shoes\"\"\"\ta\n") == Rows{"\"red shoes\"|a|0|alone"});
  CHECK(briefs("query\tdoc_id\n\"13\"\" screen\"\ta\n") == Rows{"13\" screen|a|0|alone"});
  CHECK(briefs("query\tdoc_id\n\"a\tb\"\tc\n") == Rows{"a\tb|c|0|alone"});
  CHECK(briefs("query\tdoc_id\n\"red shoes\"\ta\n13\" screen\tb\n\"x\" \"y\"\tc\n") ==
        Rows{"\"red shoes\"|a|0|alone", "13\" screen|b|0|alone", "\"x\" \"y\"|c|0|alone"});
  // In quotes throughout.
  CHECK(briefs("\"query\"\t\"doc_id\"\t\"rank\"\n\"red shoes\"\t\"a\"\t3\n\"\"\"b\"\"\"\t\"c\"\t4\n") ==
        Rows{"red shoes|a|3|alone", "\"b\"|c|4|alone"});
}

TEST_CASE("ranks that begin elsewhere are remarked", "[trainer][log_columns]") {
  std::string log = "query\tdoc_id\trank\tclicked\n";
  for (int i = 0; i < 30; ++i) log += "q\ta\t" + std::to_string(2 + i % 3) + "\t0\n";
  CHECK_THAT(remarks_of(log), Contains("no row is at rank 1"));
  CHECK(remarks_of(log + "q\ta\t1\t0\n").empty());
}

TEST_CASE("a count that is one of results is remarked, and can be passed over", "[trainer][log_columns]") {
  std::string results = "session\tquery\tcount\tdoc_id\trank\tclicked\n";
  std::string showings = results;
  for (int i = 0; i < 60; ++i) {
    const std::string start = "s" + std::to_string(i) + "\tq\t";
    const std::string count = std::to_string(100 + i);
    results += start + count + "\ta\t1\t1\n" + start + count + "\tb\t2\t0\n";
    showings += start + "3\ta\t1\t1\n" + start + count + "\ta\t1\t0\n" + start + count + "\tb\t2\t0\n";
  }
  CHECK_THAT(remarks_of(results), Contains("count= (nothing)"));
  CHECK(remarks_of(results, with_column("count", "")).empty());
  CHECK(briefs(results, with_column("count", ""))[0] == "q|a|1|clicked");
  CHECK(remarks_of(showings).empty());
}

TEST_CASE("documents that Elasticsearch's exports wrap are read", "[trainer][log_columns]") {
  CHECK(briefs("{\"_index\":\"log\",\"_id\":\"1\",\"_source\":{\"query\":\"q\",\"doc_id\":\"a\",\"rank\":1,\"clicked\":"
               "1}}\n") == Rows{"q|a|1|clicked"});
  CHECK(briefs("{\"_id\":\"7\",\"_source\":{\"action_name\":\"click\",\"query_id\":\"x\",\"user_query\":\"red\","
               "\"event_attributes\":{\"object\":{\"object_id\":\"d1\"},\"position\":{\"ordinal\":0}}}}\n") ==
        Rows{"red|d1|1|alone"});
}

TEST_CASE("ClickLogReader: an action counts as many clicks as it is said to; others are named",
          "[trainer][click_log]") {
  const ScratchFolder folder;
  folder.write(
      "log.tsv",
      "query\tdoc_id\tevent\nred\ta\tclick\nred\ta\tPurchase\nred\tb\tadd_to_cart\nred\tb\twish\nred\tb\twish\n");
  ClickLogOptions options;
  options.actions = {{"purchase", 5.0}, {"add_to_cart", 2.0}};
  ClickLogReader log(folder.file("log.tsv"), options);
  std::vector<double> counts;
  log.read([&](const ClickRow& row) {
    CHECK(row.clicked);
    counts.push_back(row.count);
  });
  CHECK(counts == std::vector<double>{1.0, 5.0, 2.0});
  CHECK(log.summary().others.at("wish") == 2);
}

TEST_CASE("ClickLogReader: rows up to a time are left out, and those without one go with the row before",
          "[trainer][click_log]") {
  const ScratchFolder folder;
  folder.write("log.tsv",
               "query\tdoc_id\ttime\nred\ta\t2024-05-01\nred\tb\t\nred\tc\t2024-05-02\nred\td\t2024-05-03\nred\te\t\n");
  ClickLogOptions options;
  options.after = 1714608000.0;  // 2024-05-02
  std::string documents;
  ClickLogReader(folder.file("log.tsv"), options).read([&](const ClickRow& row) { documents += row.document_id; });
  CHECK(documents == "de");
}

TEST_CASE("ClickLogReader: by words, an id of the log is none where there are words", "[trainer][click_log]") {
  const ScratchFolder folder;
  folder.write("log.tsv", "query_id\tquery\tdoc_id\n1\tred\ta\n2\t\tb\n");
  ClickLogOptions options;
  options.by_words = true;
  std::string ids;
  ClickLogReader(folder.file("log.tsv"), options).read([&](const ClickRow& row) {
    ids += "[" + std::string(row.query_id) + "]";
  });
  CHECK(ids == "[][2]");
}

namespace {

// "document:first context,second context"
Rows contexts_of(const std::vector<std::string>& logs, const ClickLogOptions& options) {
  const ScratchFolder folder;
  std::vector<std::string> paths;
  for (const std::string& log : logs) paths.push_back(folder.write("log" + std::to_string(paths.size()), log));
  Rows rows;
  ClickLogReader(paths, options).read([&](const ClickRow& row) {
    rows.push_back(std::string(row.document_id) + ':' + std::string(row.contexts[0]) + ',' +
                   std::string(row.contexts[1]));
  });
  return rows;
}

ClickLogOptions with_contexts(const std::vector<std::string>& contexts) {
  ClickLogOptions options;
  options.contexts = contexts;
  return options;
}

}  // namespace

TEST_CASE("columns of context are read in any form with names, by any case", "[trainer][click_log][context]") {
  const ClickLogOptions options = with_contexts({"device", "segment"});
  const Rows expected{"d1:mobile,a b", "d2:,x", "d3:tablet,"};
  CHECK(contexts_of({"query\tdoc_id\tDevice\tsegment\nq\td1\t mobile \ta b\nq\td2\tnull\tx\nq\td3\ttablet\t\n"},
                    options) == expected);
  CHECK(contexts_of({"query,doc_id,device,segment\nq,d1,mobile,\"a b\"\nq,d2,None,x\nq,d3,tablet,NaN\n"}, options) ==
        expected);
  CHECK(contexts_of({R"({"query":"q","doc_id":"d1","device":"mobile","segment":"a b"})"
                     "\n"
                     R"({"query":"q","doc_id":"d2","device":null,"segment":"x"})"
                     "\n"
                     R"({"query":"q","doc_id":"d3","device":"tablet","segment":["x"]})"
                     "\n"},
                    options) == expected);
  CHECK(contexts_of({R"({"query":"q","doc_id":"d1","device":3,"segment":true})"
                     "\n"},
                    options) == Rows{"d1:3,true"});
}

TEST_CASE("contexts may have other names, and stand in some files alone", "[trainer][click_log][context]") {
  ClickLogOptions options = with_contexts({"device", "segment"});
  options.columns = {{"segment", "customer.group"}};
  CHECK(contexts_of({"query,doc_id,customer.group\nq,d1,trade\n", "query,doc_id,customer.group,device\nq,d2,,mobile\n"},
                    options) == Rows{"d1:,trade", "d2:mobile,"});
  options.columns = {{"segment", "grp"}};
  CHECK_THROWS_WITH(contexts_of({"query,doc_id,device\nq,d1,m\n"}, options),
                    Contains("segment=grp: the header of") && Contains("has no column 'grp'"));
  CHECK_THROWS_WITH(contexts_of({R"({"query":"q","doc_id":"d1","device":"mobile"})"
                                 "\n"},
                                with_contexts({"device", "segment"})),
                    Contains("segment: ") && Contains("has no such column"));
  CHECK_THROWS_WITH(contexts_of({"query,doc_id\nq,d1\n"}, with_contexts({"device"})),
                    Contains("device: ") && Contains("has no such column"));
  CHECK_THROWS_WITH(contexts_of({"c1,\"book\",\"45,54\",0\n"}, with_contexts({"device"})),
                    Contains("is one of Omega's logs, and says no such thing"));
}

TEST_CASE("names that no context may have are refused before a line is read", "[trainer][click_log][context]") {
  const std::vector<std::string> log{"query,doc_id,rank,a b\nq,d1,1,x\n"};
  for (const std::string name : {"a b", "", "a=b", "rank", "doc_id"})
    CHECK_THROWS_AS(contexts_of(log, with_contexts({name})), ConfigError);
  CHECK_THROWS_WITH(contexts_of(log, with_contexts({"a", "b", "c", "d", "e", "f", "g", "h", "i"})),
                    Contains("i: a log has at most 8"));
}

}  // namespace irgan::log_columns_test
