/// The report of a mining run.

#include <catch2/catch.hpp>

#include "trainer/mining/mining_report_json.h"

namespace irgan::mining_report_test {

using nlohmann::json;

namespace {

MinedQuery short_query(Exclusion excluded_by, std::uint64_t count) {
  MinedQuery query;
  query.positives = {{"a", "", 2.0}, {"b", "", 4.0}};
  query.negatives = {{{"c", "", 1.0, 0.5, NegativeSource::uniform}, {"d", "", 0.5}}};
  query.negatives[0][1].is_padding = true;
  query.num_missing = 3;
  query.num_excluded[static_cast<std::size_t>(excluded_by)] = count;
  return query;
}

}  // namespace

TEST_CASE("a report counts rows, sources, padding and differences from every positive", "[trainer][mining_report]") {
  MiningReport report({{NegativeSource::uniform, 1.0}, {NegativeSource::bm25, 1.0}});
  report.add(short_query(Exclusion::positive, 9), 4);
  CHECK(report.num_rows == 4);
  CHECK(report.num_negatives == 2);
  CHECK(report.num_padded == 1);
  CHECK(json(report.negatives_by_source) == json{{"uniform", 1}, {"bm25", 0}, {"padding", 1}});
  CHECK(report.difference_scores.count() == 4);
  CHECK(report.difference_scores.highest() == 3.5);
  CHECK(figures_of(report)["expected_false_negatives"] == 0.5);
}

TEST_CASE("a skipped query counts by its reason and gives nothing else", "[trainer][mining_report]") {
  MiningReport report;
  MinedQuery query = short_query(Exclusion::none, 0);
  query.skip = Skip::no_candidates;
  report.add(query, 0);
  CHECK(figures_of(report)["skipped_queries"] == json{{"no_candidates", 1}});
  CHECK(report.num_queries == 1);
  CHECK(report.num_mined == 0);
  CHECK(report.positive_scores.count() == 0);
}

TEST_CASE("the scarcest exclusion is the commonest one that can be loosened", "[trainer][mining_report]") {
  MiningReport report;
  CHECK(report.scarcest() == Exclusion::none);
  report.add(short_query(Exclusion::positive, 9), 1);
  CHECK(report.scarcest() == Exclusion::none);
  report.add(short_query(Exclusion::range, 2), 1);
  report.add(short_query(Exclusion::max_score, 3), 1);
  CHECK(report.scarcest() == Exclusion::max_score);
}

TEST_CASE("a report that is stored goes on as if it had not been", "[trainer][mining_report]") {
  MiningReport whole({{NegativeSource::bm25, 1.0}});
  MiningReport resumed = whole;
  for (int i = 0; i < 4; ++i) {
    const MinedQuery query = short_query(i % 2 == 0 ? Exclusion::range : Exclusion::duplicate, 1);
    whole.add(query, 2);
    resumed.add(query, 2);
    resumed = json::parse(json(resumed).dump()).get<MiningReport>();
  }
  CHECK(json(resumed) == json(whole));
  CHECK(figures_of(resumed) == figures_of(whole));
}

TEST_CASE("a score by which most positives stand below their negatives is told", "[trainer][mining_report]") {
  MinedQuery query;
  query.positives.resize(1);
  query.positives[0].score = 1.0;
  query.negatives.resize(1);
  query.negatives[0].resize(3);
  for (std::size_t i = 0; i < 3; ++i) query.negatives[0][i].score = 2.0 - 0.75 * static_cast<double>(i);
  MiningReport report;
  CHECK_FALSE(report.ranks_positives_below());
  report.add(query, 3);
  CHECK(report.num_below == 2);  // 2 and 1.25, but not .5
  CHECK(report.ranks_positives_below());
  query.positives[0].score = 1.5;
  report.add(query, 3);
  CHECK_FALSE(report.ranks_positives_below());  // 3 of 6
}

}  // namespace irgan::mining_report_test
