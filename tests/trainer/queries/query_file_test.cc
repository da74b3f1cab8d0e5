#include "irgan/query_file.h"

#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/trainer/scratch_folder.h"

namespace irgan::query_file_test {

using Catch::Matchers::Message;

namespace {

std::string base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = (bits << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    const std::size_t num_bytes = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 4; ++k) text += k <= num_bytes ? digits[(bits >> (18 - 6 * k)) & 63] : '=';
  }
  return text;
}

}  // namespace

TEST_CASE("queries are an id, a tab and a text", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "7\tblue shoes\n\nq 8\t'quoted'\r\n9\tgr\xC3\xBCn"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].id == "7");
  CHECK(rows[0].text == "blue shoes");
  CHECK(rows[0].filter.empty());
  CHECK(rows[0].serialised_query.empty());
  CHECK(rows[1].id == "q 8");
  CHECK(rows[1].text == "'quoted'");
  CHECK(rows[2].text == "gr\xC3\xBCn");
}

TEST_CASE("queries in Letor's form are read, apostrophes and all", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "2010001 'tigers'\n2010002  'the world's end' \n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == "2010001");
  CHECK(rows[0].text == "tigers");
  CHECK(rows[1].id == "2010002");
  CHECK(rows[1].text == "the world's end");
}

TEST_CASE("queries in the form of Omega's postprocess are read", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "821f,book\n098f,\"a \"\"b\"\", c\"\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == "821f");
  CHECK(rows[0].text == "book");
  CHECK(rows[1].text == "a \"b\", c");
}

TEST_CASE("a header names further columns, in any order", "[trainer][query_file]") {
  const ScratchFolder folder;
  const Xapian::Query query(Xapian::Query::OP_AND, Xapian::Query("blue"), Xapian::Query("shoe"));
  const auto rows = read_queries(folder.write("q",
                                              "qid\tfilter\tcount\ttext\tquery\n"
                                              "1\tXlang:en XTfood\t12\tblue shoes\t\n"
                                              "2\t\t3\t\t" +
                                                  base64(query.serialise()) + "\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].filter == "Xlang:en XTfood");
  CHECK(rows[0].text == "blue shoes");
  CHECK(rows[0].serialised_query.empty());
  CHECK(rows[1].text.empty());
  CHECK(Xapian::Query::unserialise(rows[1].serialised_query).get_description() == query.get_description());

  const auto named = read_queries(folder.write("q", "qid\tquery_text\n1\twords\n"));
  REQUIRE(named.size() == 1);
  CHECK(named[0].text == "words");
}

TEST_CASE("every string of bytes comes through base64 unchanged, padded or not", "[trainer][query_file]") {
  const ScratchFolder folder;
  std::mt19937 random(3);
  for (std::size_t size = 1; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random() % 256);
    std::string text = base64(bytes);
    CHECK(read_queries(folder.write("q", "qid\tquery\n1\t" + text + "\n"))[0].serialised_query == bytes);
    text.erase(text.find_last_not_of('=') + 1);
    CHECK(read_queries(folder.write("q", "qid\tquery\n1\t" + text + "\n"))[0].serialised_query == bytes);
  }
}

TEST_CASE("what is not base64 is refused at its line", "[trainer][query_file]") {
  const ScratchFolder folder;
  const std::string bad = GENERATE("A", "AAAAA", "AA=A", "A===", "AA=", "QQ======", "QR==", "A-_A", "AA AA");
  const std::string path = folder.write("q", "qid\tquery\ttext\n1\t\tgood\n2\t" + bad + "\tbad\n");
  CHECK_THROWS_MATCHES(read_queries(path), FormatError, Message(path + ":3: the column 'query' is not base64"));
}

TEST_CASE("a query id that stands twice is refused with both lines", "[trainer][query_file]") {
  const ScratchFolder folder;
  const std::string path = folder.write("q", "1\ta\n\n2\tb\n1\tc\n");
  CHECK_THROWS_MATCHES(read_queries(path), FormatError, Message(path + ":4: query '1' stands already in line 1"));
}

TEST_CASE("a file of queries without a query is refused", "[trainer][query_file]") {
  const ScratchFolder folder;
  const std::string text = GENERATE("", "\n \n", "qid\ttext\n");
  const std::string path = folder.write("q", text);
  CHECK_THROWS_MATCHES(read_queries(path), FormatError, Message(path + ": the file has no query"));
}

TEST_CASE("a line of another form is refused at its place", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"1\ta\njust words\n", ":2: a query is qid<TAB>text, qid 'text' or qid,text"},
      {"1 'half\n", ":1: a query is qid<TAB>text, qid 'text' or qid,text"},
      {"1 '\n", ":1: a query is qid<TAB>text, qid 'text' or qid,text"},
      {"1\n", ":1: a query is qid<TAB>text, qid 'text' or qid,text"},
      {"1\ta\tb\n", ":1: 3 columns where a file without a header line has 2: qid<TAB>text"},
      {"qid\ttext\tfilter\n1\ta\n", ":2: 2 columns where the header has 3"},
      {"qid\ttext\n1 'a'\n", ":2: 1 columns where the header has 2"},
      {"\ta\n", ":1: the query has no id"},
      {"1\t \n", ":1: query '1' has no text"},
      {"1 ''\n", ":1: query '1' has no text"},
      {"qid\tquery\n1\t\n", ":2: query '1' has no text"},
      {"qid\tfilter\n1\ta\n", ":1: the header has neither 'query_text' nor 'query'"},
      {"qid\ttext\tquery_text\n1\ta\tb\n",
       ":1: the header has the columns 'text' and 'query_text', which say the same: leave one out"},
      {"1\ta\xFF\n", ":1: not UTF-8"},
      {"1\ta\r2\tb\r", ":1: the lines end in CR alone (tr '\\r' '\\n' mends them)"},
  }));
  const std::string path = folder.write("q", text);
  CHECK_THROWS_MATCHES(read_queries(path), FormatError, Message(path + message));
}

TEST_CASE("what visitors typed costs its own line and no other", "[trainer][query_file]") {
  const ScratchFolder folder;
  const std::string path =
      folder.write("q", "1\tlamp\n%FF\t\xFF\n%20\t \n%FE\t\xFE\n2\tdesk\n" + std::string("%00\t\0x\n", 7));
  std::vector<std::string> problems;
  const auto rows = read_queries(path, [&](const std::string& problem) { problems.push_back(problem); });
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text == "lamp");
  CHECK(rows[1].text == "desk");
  CHECK(problems == std::vector<std::string>{path + ": lines that hold no query were left out: 2 not UTF-8 (line 2 the "
                                                    "first), 1 with a zero byte (line 6), 1 without a text (line 3)"});
  CHECK(read_queries(path).size() == 2);
}

TEST_CASE("a visitor who types qid makes no header", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "qid\tqid\nred\tred\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text == "qid");
}

TEST_CASE("lines of another form are left out as long as they are few", "[trainer][query_file]") {
  const ScratchFolder folder;
  std::string text = "0\tred\tlamp\n";
  for (int i = 1; i < 100; ++i) text += std::to_string(i) + "\tq\n";
  const std::string path = folder.write("q", text);
  std::string problem;
  CHECK(read_queries(path, [&](const std::string& heard) { problem = heard; }).size() == 99);
  CHECK(problem == path + ": lines that hold no query were left out: 1 (" + path +
                       ":1: 3 columns where a file without a header line has 2: qid<TAB>text)");
  folder.write("q", text + "101\ta\tb\n");
  CHECK_THROWS_AS(read_queries(path), FormatError);
}

TEST_CASE("headers of query files have their usual spellings", "[trainer][query_file]") {
  const ScratchFolder folder;
  const std::string header =
      GENERATE("query_id\tquery", "id\ttext", "qid\tquery", "QID\tText", "query_id,query", "id;query",
               "topic_id\ttitle", "\"query_id\"\t\"query\"", "qid,text", "_id\ttext", "Query ID,Query Text");
  INFO(header);
  const char delimiter = header.find('\t') != std::string::npos  ? '\t'
                         : header.find(';') != std::string::npos ? ';'
                                                                 : ',';
  const auto rows =
      read_queries(folder.write("q", header + "\nq1" + delimiter + "red lamp\nq2" + delimiter + "desk\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == "q1");
  CHECK(rows[0].text == "red lamp");
  CHECK(rows[0].serialised_query.empty());
  CHECK(rows[1].text == "desk");
}

TEST_CASE("a column query of single words has words", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "query_id\tquery\n1\tlamp\n2\tdesk\n"));
  CHECK(rows[0].text == "lamp");
  CHECK(rows[1].text == "desk");
}

TEST_CASE("a query that looks like a header is one only where it can be", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "id\tshoes\n1\tquery\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text == "shoes");
  CHECK(read_queries(folder.write("q", "q1\tred\nid\ttext\n")).size() == 2);
}

TEST_CASE("query files are read as csv.writer writes them", "[trainer][query_file]") {
  const ScratchFolder folder;
  const auto rows = read_queries(folder.write("q", "q1\t\"\"\"red shoes\"\"\"\nq2\t\"red shoes\"\n"));
  CHECK(rows[0].text == "\"red shoes\"");
  CHECK(rows[1].text == "\"red shoes\"");
  const auto csv = read_queries(folder.write("q", "query_id,query\nq1,\"red lamp, blue chair\"\n"));
  CHECK(csv[0].text == "red lamp, blue chair");
}

TEST_CASE("a query file says what its searches are beside their words", "[trainer][query_file][context]") {
  const ScratchFolder folder;
  const auto rows = read_queries(
      folder.write("q", "qid\tcontext.device\ttext\tcontext.Ab\tcontext\n1\tmobile\tshoes\tx y\tz\n2\t\thats\t\tz\n"));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].context == SearchContext{{"device", "mobile"}, {"Ab", "x y"}});
  CHECK(rows[0].text == "shoes");
  CHECK(rows[1].context.empty());
  CHECK_THROWS_MATCHES(read_queries(folder.write("q", "qid\ttext\tcontext.\n1\ta\tb\n")), FormatError,
                       Message(folder.file("q") + ":1: the name of the context in the column 'context.' is empty"));
  CHECK_THROWS_AS(read_queries(folder.write("q", "qid\ttext\tcontext.a\tcontext.a\n1\ta\tb\tb\n")), FormatError);
  CHECK_THROWS_AS(read_queries(folder.write("q", "qid\ttext\tcontext.a.b\n1\ta\tb\n")), FormatError);
}

}  // namespace irgan::query_file_test
