#include "trainer/rows/pool_preparation.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "irgan/feature_extractor.h"
#include "irgan/qrels.h"
#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/click_rows.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/small_index.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/row_files/letor_file.h"
#include "trainer/site/first_stage.h"

namespace irgan::pool_preparation_test {

using Catch::Matchers::Contains;
using Eigen::Index;

namespace {

const SmallIndex& index() {
  static const SmallIndex small({{"lk", "Linux kernel", "the kernel of the system", 5.0},
                                 {"kd", "Kernel density", "estimating distributions in statistics", 250.0},
                                 {"pc", "Popcorn", "kernels of maize heated in oil", {}},
                                 {"st", "Statistics", "means medians and distributions", 7.0},
                                 {"fr", "Frying", "in oil", 1.0}});
  return small;
}

Xapian::Database open() { return index().open(); }

Site site() { return {{}, open, small_layout()}; }

FeatureSchema schema() { return make_schema(open(), small_layout()); }

const std::vector<QueryRow> kQueries{
    {"q1", "kernel", "", ""}, {"q2", "distributions", "", ""}, {"q3", "zebra", "", ""}, {"q4", "oil", "", ""}};

std::string written(const TrainingData& data) {
  std::ostringstream out;
  write_letor(data, out);
  return out.str();
}

// Where a document stands among those of an example.
std::size_t place_of(const TrainingData& data, const Example& example, const std::string& document) {
  const std::vector<std::string>& ids = data.pools[example.pool].document_ids;
  for (std::size_t i = 0; i < example.rows.size(); ++i) {
    if (ids[static_cast<std::size_t>(example.rows[i])] == document) return i;
  }
  FAIL("no " + document + " among the example's documents");
  return 0;
}

double label_of(const TrainingData& data, const Example& example, const std::string& document) {
  return example.labels[static_cast<Index>(place_of(data, example, document))];
}

int rank_of(const TrainingData& data, const Example& example, const std::string& document) {
  return example.ranks[place_of(data, example, document)];
}

Qrels judgments() {
  Qrels qrels;
  qrels.by_query["q1"] = {{"lk", 2}, {"pc", 0}, {"st", 1}, {"none", 1}, {"kd", -2}};
  qrels.by_query["q3"] = {{"lk", 1}};
  qrels.by_query["q4"] = {{"fr", 1}};
  qrels.by_query["other"] = {{"lk", 1}};
  return qrels;
}

}  // namespace

TEST_CASE("judgments become grades over each query's whole pool", "[trainer][pool_preparation]") {
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, judgments(), {}, report);
  CHECK(data.labels == LabelKind::grades);
  CHECK(data.depth == 100);
  CHECK(data.facts.num_documents == 5);
  CHECK(data.facts.id_prefix == "Q");
  REQUIRE(data.pools.size() == 2);
  CHECK(data.pools[0].query_id == "q1");
  CHECK(std::set<std::string>(data.pools[0].document_ids.begin(), data.pools[0].document_ids.end()) ==
        std::set<std::string>{"lk", "kd", "pc"});
  CHECK(data.pools[1].query_id == "q4");
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].rows == std::vector<Index>{0, 1, 2});
  CHECK(data.examples[0].ranks.empty());
  CHECK(label_of(data, data.examples[0], "lk") == 2.0);
  CHECK(label_of(data, data.examples[0], "pc") == 0.0);
  CHECK(label_of(data, data.examples[0], "kd") == 0.0);  // TREC's -2, spam, is as bad as 0
  CHECK(label_of(data, data.examples[1], "fr") == 1.0);

  CHECK(report.num_queries == 4);
  CHECK(report.num_without_evidence == 1);        // q2
  CHECK(report.num_without_candidates == 1);      // q3
  CHECK(report.num_unknown_queries == 1);         // other
  CHECK(report.num_positives == 5);               // lk, st, none of q1; lk of q3; fr of q4
  CHECK(report.num_positives_outside_pool == 2);  // st of q1, lk of q3
  CHECK(report.num_positives_unknown == 1);       // none
}

TEST_CASE("rows are those that the extractor makes of the first stage's hits", "[trainer][pool_preparation]") {
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, judgments(), {}, report);
  FirstStage stage(open(), small_layout());
  const Xapian::Query query = stage.query_of(kQueries[0]);
  const FeatureExtractor extractor(open(), schema());
  const FeatureMatrix rows = extractor.extract(query, candidates_of(stage.search(query, 100), 100));
  const Pool& pool = data.pools[0];
  REQUIRE(pool.rows.rows() == rows.rows());
  REQUIRE(pool.rows.cols() == rows.cols());
  int num_missing = 0;
  for (Index k = 0; k < rows.size(); ++k) {
    const float ours = pool.rows.data()[k];
    num_missing += std::isnan(ours);
    CHECK((ours == rows.data()[k] || (std::isnan(ours) && std::isnan(rows.data()[k]))));
  }
  CHECK(num_missing > 0);                     // pc has no popularity
  CHECK(pool.rows(0, 0) >= pool.rows(1, 0));  // the first stage's order and score
  CHECK(pool.range.high == pool_range(rows).high);
}

TEST_CASE("what is prepared can be written and read again", "[trainer][pool_preparation]") {
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, judgments(), {}, report);
  const ScratchFolder folder;
  CHECK(written(read_letor({folder.write("features.txt", written(data))})) == written(data));
}

TEST_CASE("clicks alone become counts over each query's whole pool", "[trainer][pool_preparation]") {
  ClickAggregator aggregator;
  aggregator.add(click("lk", 3), "q1");
  aggregator.add(click("lk"), "q1");
  aggregator.add(click("st", 2), "q1");
  aggregator.add(click("none", 5), "q1");
  aggregator.add(click("kd"), "q2");
  aggregator.add_unknown(click("lk", 6), "unknown query");
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, aggregator, {}, report);
  CHECK(data.labels == LabelKind::clicks);
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].rows.size() == 3);
  CHECK(label_of(data, data.examples[0], "lk") == 4.0);
  CHECK(label_of(data, data.examples[0], "pc") == 0.0);
  CHECK(label_of(data, data.examples[1], "kd") == 1.0);

  CHECK(report.num_without_evidence == 2);  // q3, q4
  CHECK(report.num_unknown_queries == 1);
  CHECK(report.num_unknown_clicks == 6);
  CHECK(report.num_clicks_of_log == 18);
  CHECK(report.num_positives == 12);
  CHECK(report.num_positives_outside_pool == 2);
  CHECK(report.num_positives_unknown == 5);
}

TEST_CASE("impressions become one example a result page, what is outside the pool left out",
          "[trainer][pool_preparation]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s1", "pc", 1), "q1");
  aggregator.add(shown("s1", "st", 2, true), "q1");  // in the index, not among the candidates
  aggregator.add(shown("s1", "lk", 3, true), "q1");
  aggregator.add(shown("s2", "lk", 1), "q1");
  aggregator.add(shown("s2", "none", 2, true), "q1");
  aggregator.add(shown("s3", "st", 1, true), "q4");  // a page of nothing that is a candidate
  aggregator.add(shown("s4", "st", 1), "q2");        // a page without a click is kept
  aggregator.add(shown("s4", "kd", 2), "q2");
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, aggregator, {}, report);
  CHECK(data.labels == LabelKind::impressions);
  REQUIRE(data.pools.size() == 2);  // q4's page teaches nothing
  REQUIRE(data.examples.size() == 3);
  CHECK(data.examples[0].pool == 0);
  REQUIRE(data.examples[0].ranks.size() == 2);
  CHECK(rank_of(data, data.examples[0], "pc") == 1);
  CHECK(rank_of(data, data.examples[0], "lk") == 3);
  CHECK(std::is_sorted(data.examples[0].rows.begin(), data.examples[0].rows.end()));  // as read_letor gives them
  CHECK(label_of(data, data.examples[0], "pc") == 0.0);
  CHECK(label_of(data, data.examples[0], "lk") == 1.0);
  CHECK(data.examples[1].ranks == std::vector<int>{1});
  CHECK(label_of(data, data.examples[1], "lk") == 0.0);
  CHECK(data.pools[data.examples[2].pool].query_id == "q2");
  CHECK(data.examples[2].labels.sum() == 0.0);

  // What is trained on is the same whether or not it goes through a file.
  const ScratchFolder folder;
  const TrainingData read = read_letor({folder.write("features.txt", written(data))});
  CHECK(fingerprint(read) == fingerprint(data));

  CHECK(report.num_positives == 4);
  CHECK(report.num_positives_outside_pool == 2);
  CHECK(report.num_positives_unknown == 1);
  CHECK(report.num_clicks_without_page == 0);
}

TEST_CASE("clicks alone beside result pages are counted as lost", "[trainer][pool_preparation]") {
  ClickAggregator aggregator;
  aggregator.add(shown("s1", "pc", 1, true), "q1");
  aggregator.add(shown("s1", "lk", 2), "q1");
  aggregator.add(click("lk", 3), "q1");  // on a page, but not clicked there
  aggregator.add(click("kd", 4), "q2");  // a query without a page
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, aggregator, {}, report);
  CHECK(data.pools.size() == 1);
  CHECK(report.num_positives == 8);
  CHECK(report.num_clicks_without_page == 7);
}

TEST_CASE("the depth bounds the pool", "[trainer][pool_preparation]") {
  PoolOptions options;
  options.depth = 2;
  PoolLosses report;
  const TrainingData data = prepare_pools(site(), schema(), kQueries, judgments(), options, report);
  CHECK(data.depth == 2);
  CHECK(data.pools[0].document_ids.size() == 2);
  CHECK(data.pools[0].rows.rows() == 2);
}

TEST_CASE("the result is the same at any number of threads", "[trainer][pool_preparation]") {
  std::vector<QueryRow> queries;
  Qrels qrels;
  const std::vector<std::string> words{"kernel", "oil", "statistics", "linux", "distributions", "maize"};
  for (std::size_t i = 0; i < 60; ++i) {
    queries.push_back({"q" + std::to_string(i), words[i % 6] + " " + words[(i * i + 1) % 6], "", ""});
    qrels.by_query[queries.back().id] = {{"lk", 1}, {"st", 2}, {"fr", 1}};
  }
  PoolOptions options;
  std::atomic<bool> in_range{true};
  options.on_progress = [&](double done) { in_range = in_range && done >= 0.0 && done <= 1.0; };
  PoolLosses report_of_one;
  const std::string one = written(prepare_pools(site(), schema(), queries, qrels, options, report_of_one));
  options.num_threads = 3;
  PoolLosses report_of_three;
  const std::string three = written(prepare_pools(site(), schema(), queries, qrels, options, report_of_three));
  CHECK(one == three);
  CHECK(report_of_one.num_positives == report_of_three.num_positives);
  CHECK(report_of_one.num_positives_outside_pool == report_of_three.num_positives_outside_pool);
  CHECK(in_range);
}

TEST_CASE(
    "evidence from a file and from memory, in batches and without, prepares the same data in the query file's order",
    "[trainer][pool_preparation]") {
  // More queries than are prepared at once; their ids are in another order than their rows.
  constexpr std::size_t kNumQueries = 700;
  const std::vector<std::string> words{"kernel", "oil", "statistics", "linux", "distributions", "maize"};
  const std::vector<std::string> documents{"lk", "kd", "pc", "st", "fr", "none"};
  std::vector<QueryRow> queries;
  for (std::size_t i = 0; i < kNumQueries; ++i)
    queries.push_back({"q" + std::to_string(i), words[i % 6] + " " + words[i % 5], "", ""});
  const bool has_impressions = GENERATE(true, false);
  const auto prepared = [&](std::size_t max_bytes, unsigned num_threads, bool knows_strangers, PoolLosses& report) {
    ClickModelOptions model;
    model.half_life_days = 5.0;
    model.max_bytes = max_bytes;
    ClickAggregator aggregator(model);
    std::mt19937 random(3);
    for (std::size_t i = 0; i < 9'000; ++i) {
      const std::string session = std::to_string(random() % 500);
      const std::size_t number = random() % (kNumQueries + 100);
      const std::string& document = documents[random() % 6];
      ClickRow row = has_impressions ? shown(session, document, 1 + static_cast<int>(random() % 3), random() % 3 == 0)
                                     : click(document);
      row.time = 1.7e9 + 100.0 * static_cast<double>(i);
      const std::string id = "q" + std::to_string(number);
      if (number < kNumQueries || !knows_strangers) {
        aggregator.add(row, id);
      } else {
        aggregator.add_unknown(row, id);
      }
    }
    PoolOptions options;
    options.num_threads = num_threads;
    return prepare_pools(site(), schema(), queries, aggregator, options, report);
  };
  PoolLosses expected_report;
  const TrainingData expected = prepared(std::size_t{1} << 30, 1, true, expected_report);
  REQUIRE(expected.pools.size() > 500);
  CHECK(std::is_sorted(expected.pools.begin(), expected.pools.end(), [](const Pool& a, const Pool& b) {
    return std::stoi(a.query_id.substr(1)) < std::stoi(b.query_id.substr(1));
  }));
  CHECK(expected_report.num_unknown_queries > 50);
  const std::size_t max_bytes = GENERATE(std::size_t{1}, std::size_t{20'000}, std::size_t{1} << 30);
  const unsigned num_threads = GENERATE(1U, 3U);
  const bool knows_strangers = GENERATE(true, false);
  PoolLosses report;
  CHECK(fingerprint(prepared(max_bytes, num_threads, knows_strangers, report)) == fingerprint(expected));
  CHECK(report.num_unknown_queries == expected_report.num_unknown_queries);
  CHECK(report.num_without_evidence == expected_report.num_without_evidence);
  CHECK(report.num_positives == expected_report.num_positives);
}

TEST_CASE("an empty index is refused", "[trainer][pool_preparation]") {
  const SmallIndex empty({});
  PoolLosses report;
  const auto open_empty = [&] { return empty.open(); };
  CHECK_THROWS_AS(prepare_pools(Site{{}, open_empty, small_layout()}, schema(), kQueries, judgments(), {}, report),
                  Error);
  CHECK_THROWS_WITH(prepare_pools(Site{{}, open_empty, small_layout()}, schema(), kQueries, judgments(), {}, report),
                    Contains("the index is empty"));
}

TEST_CASE("queries without a candidate are refused with their numbers", "[trainer][pool_preparation]") {
  const std::vector<QueryRow> queries{{"q2", "oil", "", ""}, {"q3", "zebra", "", ""}};
  PoolLosses report;
  CHECK_THROWS_WITH(prepare_pools(site(), schema(), queries, judgments(), {}, report),
                    Contains("no candidates") && Contains("of 2 queries 1 have neither clicks nor judgments"));
  const std::vector<QueryRow> strangers{{"x", "oil", "", ""}};
  PoolLosses other;
  CHECK_THROWS_WITH(prepare_pools(site(), schema(), strangers, judgments(), {}, other),
                    Contains("of 1 queries 1 have neither clicks nor judgments") && Contains("do the query ids"));
}

TEST_CASE("an error in one query's thread reaches the caller", "[trainer][pool_preparation]") {
  std::vector<QueryRow> queries = kQueries;
  queries[0].serialised_query = "junk";
  PoolOptions options;
  options.num_threads = GENERATE(1u, 3u);
  PoolLosses report;
  CHECK_THROWS_WITH(prepare_pools(site(), schema(), queries, judgments(), options, report), Contains("query 'q1'"));
}

TEST_CASE("a document id longer than any term is an unknown document", "[trainer][pool_preparation]") {
  ClickAggregator aggregator;
  aggregator.add(click("lk"), "q1");
  const std::string long_id(5000, 'x');
  aggregator.add(click(long_id), "q1");
  PoolLosses report;
  CHECK_NOTHROW(prepare_pools(site(), schema(), kQueries, aggregator, {}, report));
  CHECK(report.num_positives_unknown == 1);
}

}  // namespace irgan::pool_preparation_test
