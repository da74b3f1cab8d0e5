#include "irgan/later_log.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/trainer/scratch_folder.h"

namespace irgan::later_log_test {

using Catch::Matchers::Contains;

namespace {

JudgedRanking ranking(const std::string& name, std::vector<std::string> documents) {
  return {name, [documents = std::move(documents)](const QueryRow&) { return documents; }};
}

std::vector<QueryRow> one_query() {
  QueryRow query;
  query.id = "1";
  query.text = "red";
  return {query};
}

}  // namespace

TEST_CASE("judge_by_later_log: by hand, with an examination that is given", "[trainer][later_log]") {
  const ScratchFolder folder;
  std::string log = "session\tquery\tdoc_id\trank\tclicked\n";
  // 100 searches show a above b. Rank 2 is looked at half as often; a attracts .4, b .6.
  for (int s = 0; s < 100; ++s) {
    const std::string head = "s" + std::to_string(s) + "\tred\t";
    log += head + "a\t1\t" + (s < 40 ? "1" : "0") + '\n' + head + "b\t2\t" + (s >= 70 ? "1" : "0") + '\n';
  }
  folder.write("log.tsv", log);
  LaterLogOptions options;
  options.examination = {1.0, 0.5};
  const LaterLogReport report = judge_by_later_log(
      {folder.file("log.tsv")}, {}, one_query(),
      {ranking("same", {"a", "b"}), ranking("swapped", {"b", "a"}), ranking("new", {"c", "b"})}, options);
  CHECK(report.num_searches == 100);
  CHECK(report.why_nothing.empty());
  REQUIRE(report.verdicts.size() == 4);
  CHECK(report.verdicts[0].value.value == Approx(0.7));  // 70 clicks in 100 searches
  CHECK(report.verdicts[1].value.value == Approx(0.7));
  CHECK(report.verdicts[1].p == 1.0);
  CHECK(report.verdicts[2].value.value == Approx(0.6 + 0.5 * 0.4));
  CHECK(report.verdicts[2].uncovered == 0.0);
  CHECK(report.verdicts[3].value.value == Approx(0.5 * 0.6));
  CHECK(report.verdicts[3].uncovered == Approx(1.0 / 1.5));
  CHECK(report.verdicts[2].value.low < 0.8);
  CHECK(report.verdicts[2].value.high > 0.8);
  CHECK(report.verdicts[1].effective_searches == Approx(100.0));
  CHECK(report.verdicts[2].effective_searches < 100.0);
}

TEST_CASE("judge_by_later_log: without documents at several ranks it says that nothing can be said",
          "[trainer][later_log]") {
  const ScratchFolder folder;
  folder.write("log.tsv", "session\tquery\tdoc_id\trank\tclicked\ns\tred\ta\t1\t1\ns\tred\tb\t2\t0\n");
  const LaterLogReport report =
      judge_by_later_log({folder.file("log.tsv")}, {}, one_query(), {ranking("x", {"b", "a"})});
  CHECK_THAT(report.why_nothing, Contains("no document was clicked and shown at two ranks"));
}

TEST_CASE("judge_by_later_log: drawn pages judge the first document", "[trainer][later_log]") {
  const ScratchFolder folder;
  std::string log = "session\tquery\tdoc_id\trank\tclicked\tlog_probability\n";
  // a is drawn first in 80 of 100 pages, b in 20; a is clicked in every second, b in three of four.
  for (int s = 0; s < 100; ++s) {
    const bool is_a = s < 80;
    const bool clicked = is_a ? s % 2 == 0 : s % 4 != 0;
    const std::string head = "s" + std::to_string(s) + "\tred\t";
    log += head + (is_a ? "a" : "b") + "\t1\t" + (clicked ? "1" : "0") + '\t' +
           std::to_string(std::log(is_a ? .8 : .2)) + '\n' + head + (is_a ? "b" : "a") + "\t2\t0\t0\n";
  }
  folder.write("log.tsv", log);
  LaterLogOptions options;
  options.examination = {1.0, 0.5};
  const LaterLogReport report = judge_by_later_log({folder.file("log.tsv")}, {}, one_query(),
                                                   {ranking("b", {"b", "a"}), ranking("c", {"c"})}, options);
  CHECK(report.num_drawn_pages == 100);
  REQUIRE(report.verdicts[1].first_snips.has_value());
  CHECK(report.verdicts[1].num_matching_pages == 20.0);
  CHECK(report.verdicts[1].first_snips->value == Approx(0.75));
  CHECK(report.verdicts[1].first_doubly_robust->value == Approx(0.75).margin(0.01));
  CHECK_FALSE(report.verdicts[2].first_snips.has_value());
}

TEST_CASE("judge_by_later_log: clicks alone give MRR and nDCG", "[trainer][later_log]") {
  const ScratchFolder folder;
  folder.write("log.tsv", "session\tquery\tdoc_id\ns1\tred\ta\ns2\tred\tb\ns3\tred\tb\ns4\tred\tz\n");
  const LaterLogReport report = judge_by_later_log({folder.file("log.tsv")}, {}, one_query(),
                                                   {ranking("ab", {"a", "b"}), ranking("ba", {"b", "a"})});
  CHECK_FALSE(report.has_impressions);
  REQUIRE(report.verdicts.size() == 2);
  CHECK(report.verdicts[0].value.value == Approx((1.0 + 0.5 + 0.5) / 4));
  CHECK(report.verdicts[1].value.value == Approx((0.5 + 1.0 + 1.0) / 4));
  CHECK(report.verdicts[1].ndcg.value == Approx((2.0 + 1.0 / std::log2(3.0)) / 4));
  CHECK_THROWS_WITH(judge_by_later_log({folder.file("log.tsv")}, {}, {QueryRow()}, {}),
                    Contains("no click on a query"));
}

}  // namespace irgan::later_log_test
