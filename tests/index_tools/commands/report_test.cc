#include <catch2/catch.hpp>

#include "tests/index_tools/made_site.h"

namespace irgan::report_test {

using Catch::Contains;

namespace {

struct Fixture : MadeSite {
  Fixture() {
    index();
    taken("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 300 --out @clicks.tsv");
    taken("train --force --db @db --queries @learn.tsv --clicks @clicks.tsv --epochs 2 --model @m");
    taken("train --force --db @db --queries @learn.tsv --clicks @clicks.tsv --epochs 1 --sampler uniform --model @r");
  }

  std::string taken(const std::string& line) const {
    const CommandResult result = run(line);
    CAPTURE(line, result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "report writes one page with everything that it was given", "[index_tools][report]") {
  const std::string line =
      "report --db @db --model @m --random @r --before @m --rival other=@r --queries @test.tsv --qrels @test.qrels "
      "--clicks @clicks.tsv --chart @chart.js --out @report.html";
  folder.write("chart.js", "/* the chart script */");
  CHECK_THAT(taken(line), Contains("wrote " + file("report.html")) && Contains("(nDCG@10) goes from "));
  const std::string page = folder.read("report.html");
  CHECK_THAT(page, Contains("the chart script") && Contains("random negatives") && Contains("the model before") &&
                       Contains(">other<") && Contains("Clicks by rank") && Contains("What the model looks at") &&
                       Contains("Both players through training"));
  SECTION("the same at any number of threads") {
    taken(line + " --threads 3");
    CHECK(folder.read("report.html") == page);
  }
  SECTION("a quiet one says nothing") { CHECK(taken(line + " --quiet").empty()); }
  SECTION("the index's own model is compared with the one before it there") {
    taken("store --db @db --model @r");
    taken("store --db @db --model @m");
    taken("report --db @db --queries @test.tsv --qrels @test.qrels --chart @chart.js --out @own.html");
    CHECK_THAT(folder.read("own.html"), Contains("the model before"));
  }
}

TEST_CASE_METHOD(Fixture, "a later log judges in the report, and the history is there", "[index_tools][report]") {
  taken("store --db @db --model @m");
  taken("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --model @m --explore .5 --out @drawn.tsv");
  taken("report --db @db --queries @learn.tsv --later @drawn.tsv --random @r --chart @chart.js --out @later.html");
  const std::string page = folder.read("later.html");
  CHECK_THAT(page, Contains("By a later log") && Contains("with 95 % intervals") && Contains("this model") &&
                       Contains("random negatives") && Contains("Which model the index served since when"));
}

TEST_CASE_METHOD(Fixture, "models whose generator picks from the whole collection are reported on, the one before too",
                 "[index_tools][report]") {
  taken("vectors --db @db --dimensions 8 --max-share 1 --out @v");
  const std::string train = "train --force --db @db --queries @learn.tsv --clicks @clicks.tsv --vectors @v --epochs 1 ";
  taken(train + "--model @old");
  taken(train + "--seed 2 --model @new");
  taken(
      "report --db @db --model @new --before @old --vectors @v --queries @test.tsv --qrels @test.qrels --chart "
      "@chart.js --out @report.html");
  CHECK_THAT(folder.read("report.html"), Contains("the model before") && Contains("What the model looks at"));
  const CommandResult without =
      run("report --db @db --model @new --queries @test.tsv --qrels @test.qrels --out @none.html");
  CHECK(without.exit_code == 1);
  CHECK_THAT(without.err, Contains("whose vectors are not given"));
}

TEST_CASE_METHOD(Fixture, "without judgments the report says what held-out clicks say", "[index_tools][report]") {
  const CommandResult result =
      run("report --db @db --model @m --queries @test.tsv --chart @nothing.js --out @report.html");
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("the page has tables in place of charts"));
  CHECK_THAT(result.out, Contains("By held-out clicks "));
  CHECK_THAT(folder.read("report.html"), Contains("Queries that changed most"));
}

TEST_CASE_METHOD(Fixture, "report refuses what it cannot report on", "[index_tools][report]") {
  CHECK_THAT(run("report --db @db --model @m --out @x").err, Contains("--queries is missing"));
  CHECK_THAT(run("report --db @db --model @m --queries @test.tsv").err, Contains("--out is missing"));
  CHECK_THAT(run("report --db @db --model @m --queries @learn.tsv --qrels @test.qrels --out @x").err,
             Contains("none of the queries has a judgment"));
  CHECK(run("report --db @db --queries @test.tsv --out @x").exit_code == 1);  // the index has no model
}

}  // namespace irgan::report_test
