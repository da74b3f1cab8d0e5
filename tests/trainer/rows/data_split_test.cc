#include "trainer/rows/data_split.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "plugin/src/encoding/encoding.h"

namespace irgan::data_split_test {

using Catch::Matchers::Contains;
using Eigen::Index;

namespace {

// Queries "q0", "q1", ..., each with two examples; a pool's only number and its examples' labels say whose they are.
TrainingData numbered_queries(int count) {
  TrainingData data;
  data.schema.features = {"1"};
  data.depth = 42;
  data.labels = LabelKind::clicks;
  data.facts.uuid = "uuid";
  for (int q = 0; q < count; ++q) {
    Pool pool;
    pool.query_id = "q" + std::to_string(q);
    pool.document_ids = {"d"};
    pool.rows = FeatureMatrix::Constant(1, 1, static_cast<float>(q));
    pool.range = pool_range(pool.rows);
    data.pools.push_back(std::move(pool));
  }
  for (int round = 0; round < 2; ++round) {
    for (int q = 0; q < count; ++q) {
      Example example;
      example.pool = static_cast<std::size_t>(q);
      example.rows = {0};
      example.labels = Eigen::VectorXd::Constant(1, q + 0.5 * round);
      data.examples.push_back(example);
    }
  }
  return data;
}

std::set<std::string> query_ids(const TrainingData& data) {
  std::set<std::string> ids;
  for (const Pool& pool : data.pools) ids.insert(pool.query_id);
  return ids;
}

}  // namespace

TEST_CASE("a split puts each query wholly into one part", "[trainer][data_split]") {
  const auto [training, validation] = split_by_query(numbered_queries(1000), 0.2, 1);
  CHECK(training.pools.size() + validation.pools.size() == 1000);
  CHECK(training.examples.size() == 2 * training.pools.size());
  CHECK(validation.examples.size() == 2 * validation.pools.size());
  // 1000 draws of .2: four deviations are 4 sqrt(1000 * .16) = 51.
  CHECK(std::abs(static_cast<int>(validation.pools.size()) - 200) < 51);
  for (const TrainingData* part : {&training, &validation}) {
    CHECK(part->schema.features == std::vector<std::string>{"1"});
    CHECK(part->depth == 42);
    CHECK(part->labels == LabelKind::clicks);
    CHECK(part->facts.uuid == "uuid");
    for (const Example& example : part->examples) {
      REQUIRE(example.pool < part->pools.size());
      CHECK(std::floor(example.labels[0]) == part->pools[example.pool].rows(0, 0));
    }
  }
}

TEST_CASE("a split does not depend on the order of queries or on what else there is", "[trainer][data_split]") {
  const std::set<std::string> held_out = query_ids(split_by_query(numbered_queries(100), 0.3, 7).second);

  TrainingData reversed = numbered_queries(100);
  std::reverse(reversed.pools.begin(), reversed.pools.end());
  for (Example& example : reversed.examples) example.pool = 99 - example.pool;
  CHECK(query_ids(split_by_query(reversed, 0.3, 7).second) == held_out);

  const std::set<std::string> of_half = query_ids(split_by_query(numbered_queries(50), 0.3, 7).second);
  for (const std::string& id : of_half) CHECK(held_out.count(id) == 1);
}

TEST_CASE("another seed is another split", "[trainer][data_split]") {
  CHECK(query_ids(split_by_query(numbered_queries(100), 0.3, 1).second) !=
        query_ids(split_by_query(numbered_queries(100), 0.3, 2).second));
}

TEST_CASE("too few queries to split are refused with their number", "[trainer][data_split]") {
  CHECK_THROWS_AS(split_by_query(numbered_queries(1), 0.2, 1), Error);
  CHECK_THROWS_WITH(split_by_query(numbered_queries(1), 0.2, 1), Contains("too few queries") && Contains("1"));
  CHECK_THROWS_AS(split_by_query(TrainingData(), 0.2, 1), Error);
}

TEST_CASE("two LETOR files of different width are made equally wide, the last columns 0", "[trainer][data_split]") {
  TrainingData narrow = numbered_queries(2);
  TrainingData wide = numbered_queries(3);
  wide.schema.features = {"1", "2", "3"};
  for (Pool& pool : wide.pools) {
    pool.rows = FeatureMatrix::Ones(1, 3);
    pool.range = pool_range(pool.rows);
  }
  const bool narrow_first = GENERATE(true, false);
  if (narrow_first) {
    widen(narrow, wide);
  } else {
    widen(wide, narrow);
  }
  CHECK(narrow.schema.features == wide.schema.features);
  for (std::size_t q = 0; q < narrow.pools.size(); ++q) {
    REQUIRE(narrow.pools[q].rows.cols() == 3);
    CHECK(narrow.pools[q].rows(0, 0) == static_cast<float>(q));
    CHECK(narrow.pools[q].rows.rightCols(2).isZero(0.0F));
    CHECK(narrow.pools[q].range.high.size() == 3);
  }
  CHECK(wide.pools[0].rows == FeatureMatrix::Ones(1, 3));
}

TEST_CASE("rows with features of an index are not widened", "[trainer][data_split]") {
  TrainingData a = numbered_queries(1);
  TrainingData b = numbered_queries(1);
  a.schema.fields.push_back({"title", "S"});
  b.schema.features = {"1", "2"};
  CHECK_THROWS_AS(widen(a, b), FormatError);
  TrainingData c = numbered_queries(1);
  c.schema.features = {"other"};
  TrainingData d = numbered_queries(1);
  CHECK_THROWS_AS(widen(c, d), FormatError);
}

}  // namespace irgan::data_split_test
