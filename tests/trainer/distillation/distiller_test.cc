#include "irgan/distiller.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <tuple>

#include "tests/trainer/judged_index.h"

namespace irgan::distiller_test {

using Catch::Matchers::Contains;

namespace {

// Every pair of words, and each word alone: 21 queries.
std::string many_queries(const JudgedIndex& index) {
  std::string lines;
  int number = 0;
  for (const std::string first : JudgedIndex::kWords) {
    for (const std::string second : JudgedIndex::kWords) {
      if (first > second) continue;
      const std::string text = first == second ? first : first + ' ' + second;
      lines += std::to_string(++number) + '\t' + text + '\n';
    }
  }
  return index.folder().write("many.tsv", lines);
}

}  // namespace

TEST_CASE("a distillation has each form, measured on the same queries", "[trainer][distiller]") {
  const JudgedIndex index;
  DistillerOptions options;
  options.model = index.popularity_model();
  options.queries = many_queries(index);
  SECTION("by the model's own order") {
    const Distillation found = distil_model(index.site(), options);
    CHECK(found.stock.kind == DistilledKind::stock);
    CHECK_FALSE(found.stock.fields.empty());
    CHECK(found.mixture.kind == DistilledKind::mixture);
    REQUIRE(found.omega.fields.size() == 1);
    CHECK(found.omega.fields[0].prefix.empty());
    CHECK(found.ndcg.model == std::vector<double>(5, 1.0));  // a fourth of 21
    for (const auto* values : {&found.ndcg.first_stage, &found.ndcg.stock, &found.ndcg.mixture,
                               &found.ndcg.omega_before, &found.ndcg.omega}) {
      CHECK(values->size() == 5);
    }
  }
  SECTION("by judgments of other queries") {
    options.test_queries = index.queries();
    options.qrels = index.qrels();
    const Distillation found = distil_model(index.site(), options);
    CHECK(found.ndcg.model == std::vector<double>(6, 1.0));
    CHECK(found.ndcg.first_stage[0] < 1.0);
  }
  SECTION("of a model that picks from the whole collection") {
    std::tie(options.model, options.vectors) = index.picking_model();
    const Distillation found = distil_model(index.site(), options);
    CHECK(found.near_use.per_word > 0);
    REQUIRE(found.ndcg.near.size() == 5);
    const auto sum = [](const std::vector<double>& values) {
      return std::accumulate(values.begin(), values.end(), 0.0);
    };
    CHECK(sum(found.ndcg.near) > sum(found.ndcg.stock));  // both words' popular documents are what the model likes
  }
  SECTION("of a model that picks, without its vectors") {
    options.model = index.picking_model().first;
    CHECK_THROWS_WITH(distil_model(index.site(), options), Contains("vectors are not given"));
  }
  SECTION("from too few queries") {
    options.queries = index.queries();
    CHECK_THROWS_WITH(distil_model(index.site(), options), Contains("6 queries have two candidates or more"));
  }
}

}  // namespace irgan::distiller_test
