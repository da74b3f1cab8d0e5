#include "trainer/queries/query_resolver.h"

#include <catch2/catch.hpp>

#include "tests/index_tools/made_site.h"

namespace irgan::query_resolver_test {

using Catch::Contains;

namespace {

ClickRow row_of(std::string_view id, std::string_view words) {
  ClickRow row;
  row.query_id = id;
  row.query = words;
  row.document_id = "d";
  return row;
}

}  // namespace

TEST_CASE("a row's query is that of its id, else that of its words", "[index_tools][query_resolver]") {
  const QueryResolver resolver({{"q1", "Red  shoes", "", ""}, {"q2", "blue", "", ""}, {"q3", "", "", "serialised"}});
  CHECK(resolver.id_of(row_of("q2", "")) == "q2");
  CHECK(resolver.id_of(row_of("", "red SHOES ")) == "q1");
  CHECK(resolver.id_of(row_of("", "green")) == "(no id) green");
  CHECK(resolver.id_of(row_of("s-77", "")) == "s-77");
  CHECK(resolver.id_of(row_of("q2", "red shoes")) == "q2");  // a known id stands
  CHECK_FALSE(resolver.find(row_of("", "blue")).in_place);
  // An id for each search gives way.
  const QueryResolver::Found found = resolver.find(row_of("s-77", "red shoes"));
  CHECK(found.id == "q1");
  CHECK(found.in_place);
  CHECK(resolver.find(row_of("s-77", "green")).id == "s-77");
  CHECK_FALSE(resolver.find(row_of("s-77", "green")).in_place);
}

TEST_CASE("an unknown id does not give way where the words do not tell the query", "[index_tools][query_resolver]") {
  const QueryResolver resolver({{"q1", "amber", "Xred", ""},
                                {"q2", "jade", "", "serialised"},
                                {"q3", "onyx", "", ""},
                                {"q4", "Onyx", "", ""},
                                {"q5", "ruby", "", ""},
                                {"q6", "Ruby", "Xred", ""}});
  for (const char* words : {"amber", "jade", "ruby"}) {
    INFO(words);
    CHECK(resolver.id_of(row_of("s-77", words)) == "s-77");
  }
  CHECK(resolver.id_of(row_of("", "amber")) == "q1");
  CHECK(resolver.id_of(row_of("", "onyx")) == "q3");
  CHECK(resolver.id_of(row_of("s-77", "onyx")) == "q3");  // of several that are alike the first
  const QueryResolver twice(
      {{"q1", "amber", "", ""}, {"q1", "amber", "", ""}});  // named for training and for validation
  CHECK(twice.id_of(row_of("s-77", "amber")) == "q1");
}

TEST_CASE("a log with an id for each search is learnt from by its words, and the rows are counted",
          "[index_tools][query_resolver]") {
  const MadeSite site;
  site.index();
  site.folder.write("queries.tsv", "q0\tamber\n");
  site.folder.write("log",
                    "{\"query_id\": \"s1\", \"query\": \"Amber\", \"doc_id\": \"d0\"}\n"
                    "{\"query_id\": \"s2\", \"query\": \"amber\", \"doc_id\": \"d0\"}\n"
                    "{\"query_id\": \"s3\", \"query\": \"unknown words\", \"doc_id\": \"d1\"}\n");
  const CommandResult rows = site.run("features --db @db --queries @queries.tsv --clicks @log --out @rows");
  INFO(rows.err);
  REQUIRE(rows.exit_code == 0);
  CHECK_THAT(
      rows.err,
      Contains("2 rows have a query id that the query file does not have: they count for the query with their words"));
  CHECK_THAT(rows.err, Contains("1 query ids of the clicks or judgments are not in the query file"));
  CHECK_THAT(site.folder.read("rows"), Contains("2 qid:q0 "));
  const CommandResult check = site.run("check --clicks @log --queries @queries.tsv");
  INFO(check.err);
  REQUIRE(check.exit_code == 0);
  CHECK_THAT(check.out, Contains("queries    2, 2 with a click") && Contains("2 rows have an id that --queries lacks"));
}

TEST_CASE("words that training's and validation's queries share do not move a row from one to the other",
          "[index_tools][query_resolver]") {
  const MadeSite site;
  site.index();
  site.folder.write("a.tsv", "q0\tamber\n");
  site.folder.write("b.tsv", "v0\tamber\n");
  site.folder.write("log", "query_id\tquery\tdoc_id\nq0\tamber\td0\nv0\tamber\td1\n");
  const CommandResult result =
      site.run("train --force --db @db --queries @a.tsv --valid-queries @b.tsv --clicks @log --epochs 1 --model @m");
  CHECK_THAT(result.err, !Contains("does not have: they count"));
  CHECK_THAT(result.err, !Contains("are not in the query file"));  // each is in one of both
}

TEST_CASE("a row that only has words is training's in both parts, and judgments of the other part are not unknown",
          "[index_tools][query_resolver]") {
  const MadeSite site;
  site.index();
  site.folder.write("a.tsv", "q0\tamber\n");
  site.folder.write("b.tsv", "v0\tamber\nv1\tbirch\n");
  site.folder.write("log", "query\tdoc_id\namber\td0\namber\td0\nbirch\td1\n");
  const CommandResult clicks =
      site.run("train --force --db @db --queries @a.tsv --valid-queries @b.tsv --clicks @log --epochs 1 --model @m");
  INFO(clicks.err);
  CHECK_THAT(clicks.err, Contains("training: 1 queries with candidates of 1") && Contains("2 clicks, "));
  CHECK_THAT(clicks.err, Contains("validation: 1 queries with candidates of 2") && Contains("1 clicks, "));
  site.folder.write("qrels", "q0 0 d0 1\nv1 0 d1 1\n");
  const CommandResult judged =
      site.run("train --force --db @db --queries @a.tsv --valid-queries @b.tsv --qrels @qrels --epochs 1 --model @m");
  INFO(judged.err);
  CHECK_THAT(judged.err, Contains("training: 1 queries with candidates of 1") &&
                             Contains("validation: 1 queries with candidates of 2"));
  CHECK_THAT(judged.err, !Contains("are not in the query file"));
}

TEST_CASE("queries that validation judges by are not trained on, though both files name them",
          "[index_tools][query_resolver]") {
  const MadeSite site;
  site.index();
  site.folder.write("all.tsv", "q0\tamber\nq1\tbirch\n");
  site.folder.write("held.tsv", "q1\tbirch\n");
  site.folder.write("log", "query_id\tdoc_id\nq0\td0\nq0\td0\nq1\td1\n");
  const std::string train =
      "train --force --db @db --queries @all.tsv --clicks @log --epochs 1 --half-life 3 --model @m --valid-queries ";
  const CommandResult result = site.run(train + "@held.tsv");
  INFO(result.err);
  CHECK_THAT(result.err, Contains("1 queries of --queries are among --valid-queries: they are not trained on"));
  CHECK_THAT(result.err, Contains("training: 1 queries with candidates of 1") && Contains("2 clicks, "));
  CHECK_THAT(result.err,
             Contains("clicks count in full, whatever their age: the log has no times, which --half-life needs"));
  CHECK_THAT(site.run(train + "@all.tsv").err,
             Contains("--valid-queries has all of the queries") && Contains("none is left to train on"));
}

}  // namespace irgan::query_resolver_test
