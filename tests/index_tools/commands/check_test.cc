#include <catch2/catch.hpp>
#include <limits>

#include "index_tools/showing/check_report.h"
#include "tests/index_tools/made_site.h"

namespace irgan::check_test {

using Catch::Contains;

namespace {

// A log in which nothing is amiss.
CheckFindings healthy() {
  CheckFindings findings;
  findings.num_lines = 1'000'000;
  LogCensusResult& census = findings.census;
  census.num_rows = 1'000'000;
  census.num_clicks = 100'000;
  census.num_impressions = 1'000'000;
  census.first_time = 0.0;
  census.last_time = 30 * 86400.0;
  census.num_sessions = 50'000;
  census.num_queries = 20'000;
  census.num_clicked_queries = 10'000;
  census.top_10_share = 0.2;
  census.ranks = {{100'000, 50'000, 1.0}, {100'000, 20'000, 0.5}};
  census.num_telling_pairs = 5'000;
  return findings;
}

std::string all_limits(const CheckFindings& findings) {
  std::string text;
  for (const std::string& limit : limits_of(findings)) text += limit + "\n";
  return text;
}

}  // namespace

TEST_CASE("a log in which nothing is amiss has no limits to tell", "[index_tools][check]") {
  CHECK(limits_of(healthy()).empty());
  std::ostringstream out;
  print_check(healthy(), out);
  CHECK_THAT(out.str(), Contains("Nothing stands out"));
}

TEST_CASE("what will limit the result is told in words", "[index_tools][check]") {
  CheckFindings findings = healthy();
  SECTION("few queries") {
    findings.census.num_clicked_queries = 49;
    CHECK_THAT(all_limits(findings), Contains("Only 49 queries have clicks"));
  }
  SECTION("a heavy head") {
    findings.census.top_10_share = 0.6;
    CHECK_THAT(all_limits(findings), Contains("Ten queries make 60 % of the log"));
  }
  SECTION("clicks alone") {
    findings.census.num_impressions = 0.0;
    CHECK_THAT(all_limits(findings), Contains("not what was shown"));
  }
  SECTION("an order that never changes") {
    for (auto& rank : findings.census.ranks) rank.examination = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(all_limits(findings), Contains("shown at two ranks for the same query"));
  }
  SECTION("no times") {
    findings.census.first_time.reset();
    CHECK_THAT(all_limits(findings), Contains("There are no times"));
  }
  SECTION("few days") {
    findings.census.last_time = 86400.0;
    CHECK_THAT(all_limits(findings), Contains("1.0 days"));
  }
  SECTION("no sessions") {
    findings.census.num_sessions = 0;
    CHECK_THAT(all_limits(findings), Contains("There are no sessions"));
  }
  SECTION("robots") {
    findings.census.num_unlikely_sessions = 1;
    findings.census.unlikely_rows = 300'000;
    CHECK_THAT(all_limits(findings), Contains("make 30 % of the log"));
  }
  SECTION("duplicates") {
    findings.census.num_duplicates = 100'000;
    CHECK_THAT(all_limits(findings), Contains("10 % of the rows repeat another"));
  }
  SECTION("bad lines") {
    findings.num_rejected = findings.num_against = 20'000;
    CHECK_THAT(all_limits(findings), Contains("2.0 % of the lines are unusable"));
  }
  SECTION("unknown documents") {
    findings.documents = ClickedDocumentsResult();
    findings.documents->num_clicks = 100.0;
    findings.documents->num_known = 60.0;
    CHECK_THAT(all_limits(findings), Contains("40 % of the clicks are on documents that the index does not have"));
  }
  SECTION("clicks outside the candidates") {
    findings.documents = ClickedDocumentsResult();
    findings.documents->num_searched_clicks = 100.0;
    findings.documents->num_found = 80.0;
    CHECK_THAT(all_limits(findings), Contains("20 % of the clicks fall outside the first 100 hits"));
  }
}

TEST_CASE("numbers are grouped by threes", "[index_tools][check]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-123456) == "-123,456");
  CHECK(grouped(1234567.4) == "1,234,567");
}

TEST_CASE("check looks at the log, the index and the search together", "[index_tools][check]") {
  const MadeSite site;
  site.index();
  site.folder.write("clicks.tsv",
                    "session\tquery\tdoc_id\trank\tclicked\n"
                    "s\tamber\td0\t1\t1\n"
                    "s\tAMBER \tgone\t2\t1\n"
                    "s\tamber\td1\tx\t0\n"
                    "t\tnobody\x1b[31m knows\td2\t1\t1\n");
  site.folder.write("queries.tsv", "q0\tamber\n");
  const CommandResult result = site.run("check --clicks @clicks.tsv --db @db --queries @queries.tsv");
  INFO(result.out + result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("bad rank (taken: whole numbers up to 1000000): 1"));
  CHECK_THAT(result.out, Contains("rows       3 from 4 lines, 1 lines unusable"));
  CHECK_THAT(result.out, Contains("sessions   2;"));
  CHECK_THAT(result.out, Contains("nobody?[31m knows"));  // what people type must not move the cursor
  CHECK_THAT(result.out, Contains("queries    2, 2 with a click"));
  CHECK_THAT(result.out, Contains("has the documents of 67 % of the clicks; not 'gone'"));
  CHECK_THAT(result.out, Contains("100 % of the clicks of 1 queries are among the first 100 hits"));
  CHECK_THAT(result.out, Contains("train refuses more than 1.0 %"));
}

TEST_CASE("check needs a click log, and an index for a model", "[index_tools][check]") {
  CHECK(run_line("check").exit_code == 2);
  CHECK(run_line("check --clicks x --model y").exit_code == 2);
  CHECK(run_line("check --clicks /nonexistent/log").exit_code == 1);
}

TEST_CASE("check: a site that orders its hits otherwise is told so", "[index_tools][check]") {
  const MadeSite site;
  site.index();
  REQUIRE(site.run("rerank --db @db --queries @learn.tsv --baseline-out @base").exit_code == 0);
  std::istringstream lines(site.folder.read("base"));
  std::string as_here = "query_id\tdoc_id\trank\tclicked\n", reversed = as_here;
  std::string query, q0, document, score, tag;
  for (int rank = 0; lines >> query >> q0 >> document >> rank >> score >> tag;) {
    if (rank <= 10) as_here += query + '\t' + document + '\t' + std::to_string(rank) + "\t1\n";
    if (rank > 10 && rank <= 20) reversed += query + '\t' + document + '\t' + std::to_string(rank - 10) + "\t1\n";
  }
  site.folder.write("here.tsv", as_here);
  site.folder.write("other.tsv", reversed);
  CHECK_THAT(site.run("check --db @db --queries @learn.tsv --clicks @here.tsv").out,
             !Contains("your site orders its hits otherwise"));
  CHECK_THAT(site.run("check --db @db --queries @learn.tsv --clicks @other.tsv").out,
             Contains("Of the clicks at ranks 1 to 10, 0 %") && Contains("serialised_query"));
}

}  // namespace irgan::check_test
