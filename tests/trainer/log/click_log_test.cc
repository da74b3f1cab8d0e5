#include "irgan/click_log.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/trainer/click_log_rows.h"
#include "trainer/machine/output_file.h"

namespace irgan::click_log_test {

using Catch::Matchers::Message;

TEST_CASE("an impression log is read with all its columns", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log",
                                        "session\ttime\tquery_id\tquery\tdoc_id\trank\tclicked\tcount\tagent\n"
                                        "s1\t2024-05-01T12:30:05.250Z\t7\tblue shoes\tD1\t1\t0\t1\tx\n"
                                        "s1\t\t7\tblue shoes\tD2\t2\ttrue\t2.5\ty\n");
  ClickLogReader reader(path);
  CHECK(reader.has_impressions());
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].session == "s1");
  CHECK(rows[0].query_id == "7");
  CHECK(rows[0].query == "blue shoes");
  CHECK(rows[0].document_id == "D1");
  CHECK(rows[0].rest.time == 1714566605.25);
  CHECK(rows[0].rest.rank == 1);
  CHECK(rows[0].rest.is_impression);
  CHECK_FALSE(rows[0].rest.clicked);
  CHECK(rows[0].rest.count == 1.0);
  CHECK_FALSE(rows[1].rest.time.has_value());
  CHECK(rows[1].rest.rank == 2);
  CHECK(rows[1].rest.clicked);
  CHECK(rows[1].rest.count == 2.5);
}

TEST_CASE("a log says how a page was drawn, and whose hits are on it", "[trainer][click_log]") {
  const ScratchFolder folder;
  const bool is_json = GENERATE(false, true);
  const std::vector<KeptRow> rows = rows_of(
      is_json ? folder.write("log",
                             "{\"query\":\"q\",\"doc_id\":1,\"log_probability\":-2.5,\"team\":\"a\"}\n"
                             "{\"query\":\"q\",\"doc_id\":2,\"log_probability\":null}\n"
                             "{\"query\":\"q\",\"doc_id\":3,\"log_probability\":0,\"team\":7}\n")
              : folder.write("log", "query\tdoc_id\tlog_probability\tteam\nq\t1\t-2.5\ta\nq\t2\t\t\nq\t3\t0\t7\n"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].rest.log_probability == -2.5);
  CHECK_FALSE(rows[1].rest.log_probability.has_value());
  CHECK(rows[2].rest.log_probability == 0.0);
  CHECK(rows[0].team == "a");
  CHECK(rows[1].team.empty());
  CHECK(rows[2].team == "7");
}

TEST_CASE("a log without the column clicked holds clicks alone", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("tsv", "csv", "jsonl");
  const std::string text = name == "tsv"   ? "query\tdoc_id\trank\na b\tD1\t3\na b\tD2\t\n"
                           : name == "csv" ? "query,doc_id,rank\na b,D1,3\na b,D2,\n"
                                           : "{\"query\":\"a b\",\"doc_id\":\"D1\",\"rank\":3}\n"
                                             "{\"query\":\"a b\",\"doc_id\":\"D2\"}\n";
  ClickLogReader reader(folder.write(name, text));
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  CHECK_FALSE(reader.has_impressions());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].rest.clicked);
  CHECK_FALSE(rows[0].rest.is_impression);
  CHECK(rows[0].rest.rank == 3);
  CHECK(rows[1].rest.rank == 0);
}

TEST_CASE("clicked without rank makes no impressions", "[trainer][click_log]") {
  const ScratchFolder folder;
  ClickLogReader reader(folder.write("log", "query\tdoc_id\tclicked\nq\td\t0\nq\td\t1\n"));
  CHECK_FALSE(reader.has_impressions());
  std::vector<KeptRow> rows;
  reader.read([&](const ClickRow& row) { rows.emplace_back(row); });
  REQUIRE(rows.size() == 2);
  CHECK_FALSE(rows[0].rest.clicked);
  CHECK_FALSE(rows[0].rest.is_impression);
}

TEST_CASE("CSV fields may stand in double quotes", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto rows = rows_of(folder.write("log",
                                         "\"doc_id\", \"query\" ,query\r\n"
                                         "\"a,b\",x,\"say \"\"yes\"\", twice: \"\"yes\"\"\"\r\n"
                                         "\"\"\"\",x,it\"s\r\n"
                                         "plain,\"\",\"q\"\r\n"));
  // The header's second field begins with a blank, so its quotes are letters, and it is no column that we know.
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].document_id == "a,b");
  CHECK(rows[0].query == "say \"yes\", twice: \"yes\"");
  CHECK(rows[1].document_id == "\"");
  CHECK(rows[1].query == "it\"s");
  CHECK(rows[2].query == "q");
}

TEST_CASE("several quoted fields of one line keep their texts", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string long_text(1000, 'x');
  const auto rows =
      rows_of(folder.write("log", "session,query,doc_id\n\"\"\"a\"\"\",\"\"\"b\"\"\",\"\"\"c\"\"\"\n\"\"\"" +
                                      long_text + "\"\"\",\"\"\"q\"\"\",\"\"\"" + long_text + "\"\"\"\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].session == "\"a\"");
  CHECK(rows[0].query == "\"b\"");
  CHECK(rows[0].document_id == "\"c\"");
  CHECK(rows[1].session == "\"" + long_text + "\"");
  CHECK(rows[1].query == "\"q\"");
}

TEST_CASE("quotes are letters in TSV", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto rows = rows_of(folder.write("log", "query\tdoc_id\n\"a\" b, c\t\"d\n"));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].query == "\"a\" b, c");
  CHECK(rows[0].document_id == "\"d");
}

TEST_CASE("JSON Lines take numbers or strings, and pass over what they do not know", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string path = folder.write("log",
                                        "\n  {\"agent\": {\"ua\": [1, {\"rank\": 9}]}, \"query_id\": 7, \"doc_id\": 45 "
                                        ", \"rank\": \"2\", \"clicked\": true,"
                                        " \"time\": 1714566605250, \"count\": \"3\", \"session\": -1.5e3}\n"
                                        "{\"query_id\": \"7\", \"doc_id\": \"gr\\u00fcn\\n\", \"rank\": 1.0, "
                                        "\"clicked\": 0, \"time\": null,\"query\":null}\n");
  const auto rows = rows_of(path);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].query_id == "7");
  CHECK(rows[0].document_id == "45");
  CHECK(rows[0].session == "-1.5e3");
  CHECK(rows[0].rest.rank == 2);
  CHECK(rows[0].rest.clicked);
  CHECK(rows[0].rest.is_impression);
  CHECK(rows[0].rest.time == 1714566605.25);
  CHECK(rows[0].rest.count == 3.0);
  CHECK(rows[1].document_id == "gr\xC3\xBCn\n");
  CHECK(rows[1].rest.rank == 1);
  CHECK_FALSE(rows[1].rest.clicked);
  CHECK_FALSE(rows[1].rest.time.has_value());
}

TEST_CASE("other names are mapped, and one column may serve twice", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("tsv", "jsonl");
  const std::string text = name == "tsv"
                               ? "q\tdoc\tis_click\tpos\tclicked\nblue\tD1\t1\t4\tno\n"
                               : "{\"q\":\"blue\",\"doc\":\"D1\",\"is_click\":1,\"pos\":4,\"clicked\":\"no\"}\n";
  ClickLogOptions options;
  options.columns = {{"query", "q"}, {"query_id", "q"}, {"doc_id", "doc"}, {"clicked", "is_click"}, {"rank", "pos"}};
  options.rank_base = 0;
  const auto rows = rows_of(folder.write(name, text), options);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].query == "blue");
  CHECK(rows[0].query_id == "blue");
  CHECK(rows[0].document_id == "D1");
  CHECK(rows[0].rest.clicked);
  CHECK(rows[0].rest.rank == 5);
}

TEST_CASE("figures that spreadsheets and data frames write are taken", "[trainer][click_log]") {
  const ScratchFolder folder;
  const auto rows =
      rows_of(folder.write("log", "query\tdoc_id\trank\tclicked\nq\td\t3.0\t1.0\nq\td\t 4 \tTRUE\nq\td\t1\tFalse\n"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].rest.rank == 3);
  CHECK(rows[0].rest.clicked);
  CHECK(rows[1].rest.rank == 4);
  CHECK(rows[1].rest.clicked);
  CHECK_FALSE(rows[2].rest.clicked);
}

TEST_CASE("a log of a header alone holds no rows", "[trainer][click_log]") {
  const ScratchFolder folder;
  CHECK(rows_of(folder.write("log", "query\tdoc_id\n")).empty());
}

TEST_CASE("packed logs are read, and damage is an error", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string name = GENERATE("log.gz", "log.zst");
  OutputFile out(folder.file(name));
  out.stream() << "query\tdoc_id\n";
  for (int i = 0; i < 10'000; ++i) out.stream() << "q\td" << i << "\n";
  out.commit();
  CHECK(rows_of(folder.file(name)).size() == 10'000);
  const std::string bytes = folder.read(name);
  const std::string cut = folder.write("cut", bytes.substr(0, bytes.size() / 2));
  CHECK_THROWS_MATCHES(rows_of(cut), FormatError,
                       Message(cut + ": the compressed data end early") ||
                           Message(cut + ": the compressed data are damaged or end early"));
}

TEST_CASE("lines of many megabytes are read or refused like others", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string long_text(20'000'000, 'x');
  SECTION("TSV") {
    const auto rows = rows_of(folder.write("log", "query\tdoc_id\n" + long_text + "\td\n"));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].query == long_text);
  }
  SECTION("TSV of tabs alone counts as blank") {
    CHECK(rows_of(folder.write("log", "query\tdoc_id\n" + std::string(20'000'000, '\t') + "\n")).empty());
  }
  SECTION("CSV of commas alone") {
    CHECK(reason_of("query,doc_id\n" + std::string(20'000'000, ',') + "\n") == "wrong number of columns");
  }
  SECTION("CSV of quotes alone") {
    CHECK(reason_of("query,doc_id\n" + std::string(20'000'000, '"') + ",d\n").empty());
    CHECK(reason_of("query,doc_id\n" + std::string(20'000'001, '"') + ",d\n") == "wrong number of columns");
  }
  SECTION("JSON") {
    const auto rows =
        rows_of(folder.write("log", "{\"query\":\"" + long_text + "\",\"doc_id\":1}\n{\"query\":1,\"doc_id\":1}\n"));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].query == long_text);
  }
  SECTION("JSON of opening brackets alone") {
    const std::string start = GENERATE("{\"a\":", "[", "{\"doc_id\":[");
    std::string deep;
    while (deep.size() < 5'000'000) deep += start;
    CHECK(reason_of("{\"query\":1,\"doc_id\":1}\n" + deep + "\n") == "not JSON");
  }
}

TEST_CASE("one file under two names is refused, and a copy is named", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string text = "query_id\tdoc_id\nq1\td1\n";
  const std::string one = folder.write("one", text), copy = folder.write("copy", text);
  std::filesystem::create_symlink(one, folder.file("link"));
  const std::string other = folder.write("other", "query_id\tdoc_id\nq1\td2\n");
  ClickLogReader reader({one, copy, other});
  int num_rows = 0;
  reader.read([&](const ClickRow&) { ++num_rows; });
  CHECK(num_rows == 3);
  CHECK(reader.summary(0).remarks.empty());
  CHECK(reader.summary(1).remarks == std::vector{"holds the same bytes as " + one + "; all its rows count again"});
  CHECK(reader.summary(2).remarks.empty());
  CHECK_THROWS_WITH(
      ClickLogReader({one, folder.file("link")}),
      "clicks " + folder.file("link") + ": is the same file as " + one + ", whose rows would count twice");
}

}  // namespace irgan::click_log_test
