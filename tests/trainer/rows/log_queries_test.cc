#include "irgan/log_queries.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/trainer/scratch_folder.h"

namespace irgan::log_queries_test {

using Catch::Matchers::Contains;

TEST_CASE("queries_of_log: same words are one query, the most frequent first", "[trainer][log_queries]") {
  const ScratchFolder folder;
  folder.write("log.tsv",
               "query_id\tquery\tdoc_id\trank\tclicked\n"
               "1\tred shoes\ta\t1\t1\n2\tRed  Shoes\tb\t1\t0\n3\tblue hat\ta\t1\t1\n4\tgreen\ta\t1\t0\n"
               "5\tred shoes\ta\t1\t1\n6\t\ta\t1\t1\n");
  const LogQueries found = queries_of_log({folder.file("log.tsv")}, {});
  REQUIRE(found.queries.size() == 2);
  CHECK(found.queries[0].text == "red shoes");
  CHECK(found.queries[0].id == log_query_id("RED shoes"));
  CHECK(found.uses[0].rows == 3.0);
  CHECK(found.uses[0].clicks == 2.0);
  CHECK(found.queries[1].text == "blue hat");
  CHECK(found.num_distinct == 3);
  CHECK(found.num_unclicked == 1);
  CHECK(found.num_without_words == 1);

  LogQueryOptions all;
  all.only_clicked = false;
  CHECK(queries_of_log({folder.file("log.tsv")}, {}, all).queries.size() == 3);
  all.max_queries = 1;
  CHECK(queries_of_log({folder.file("log.tsv")}, {}, all).num_rare == 2);
}

TEST_CASE("queries_of_log: what is written is read again, with the site's own queries", "[trainer][log_queries]") {
  const ScratchFolder folder;
  folder.write("log.tsv", "query\tdoc_id\tserialised_query\nred shoes\ta\tAAEC\nblue\tb\t\nblue\tb\t\n");
  const LogQueries found = queries_of_log({folder.file("log.tsv")}, {});
  std::ostringstream out;
  write_queries(found.queries, out);
  folder.write("queries.tsv", out.str());
  const std::vector<QueryRow> again = read_queries(folder.file("queries.tsv"));
  REQUIRE(again.size() == 2);
  CHECK(again[0].text == "blue");
  CHECK(again[1].serialised_query == std::string("\0\1\2", 3));
  folder.write("bad.tsv", "query\tdoc_id\tserialised_query\nred\ta\t!!\n");
  CHECK_THROWS_WITH(queries_of_log({folder.file("bad.tsv")}, {}), Contains("is no base64: '!!'"));
}

TEST_CASE("queries_of_log: a log of ids alone says what is missing", "[trainer][log_queries]") {
  const ScratchFolder folder;
  folder.write("log.tsv", "query_id\tdoc_id\n1\ta\n");
  CHECK_THROWS_WITH(queries_of_log({folder.file("log.tsv")}, {}), Contains("no words of searches, only ids"));
}

}  // namespace irgan::log_queries_test
