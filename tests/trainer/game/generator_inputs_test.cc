#include "trainer/game/generator_inputs.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "plugin/src/encoding/encoding.h"
#include "plugin/src/encoding/first_layer.h"
#include "tests/trainer/random_vectors.h"
#include "trainer/game/encoding_fit.h"
#include "trainer/game/player.h"

namespace irgan::generator_inputs_test {

using Catch::Matchers::Contains;
using Eigen::Index;

namespace {

FeatureSchema schema_of(std::vector<std::string> features) {
  FeatureSchema schema;
  schema.features = std::move(features);
  return schema;
}

const FeatureSchema kSchema = schema_of({"first_stage.score", "query.length", "title.bm25", "value.popularity"});

// Ten documents whose last feature is missing twice.
Pool pool_of(Index num_features) {
  std::mt19937_64 random(3);
  Pool pool;
  FeatureMatrix rows = random_rows(10, num_features, random);
  rows(2, num_features - 1) = rows(7, num_features - 1) = std::numeric_limits<float>::quiet_NaN();
  pool.rows = rows;
  pool.range = pool_range(rows);
  return pool;
}

}  // namespace

TEST_CASE("what the generator sees are features of what the discriminator sees", "[trainer][generator_inputs]") {
  const Pool pool = pool_of(4);
  const Encoding encoding = fit_encoding({pool}, 3);
  const BinLayout layout(encoding);
  const std::vector<Index> rows{8, 2, 5};
  const FeatureMatrix some = pool.rows(rows, Eigen::all);
  BinnedRows all;
  all.bin(layout, some, pool.range);

  const GeneratorInputs inputs(kSchema, encoding, "value.popularity,query.length");  // in any order
  BinnedRows seen;
  inputs.bin(pool, rows, seen);

  REQUIRE(seen.num_rows == 3);
  REQUIRE(inputs.layout().features.size() == 2);
  CHECK(inputs.layout().num_columns == inputs.width());
  std::size_t own = 0;
  for (std::size_t j = 0; j < kSchema.features.size(); ++j) {
    const std::string& name = kSchema.features[j];
    if (name != "value.popularity" && name != "query.length") continue;
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(name, i);
      CHECK(seen.rows[3 * own + i] == all.rows[3 * j + i]);
      CHECK(seen.coordinates[3 * own + i] == all.coordinates[3 * j + i]);
    }
    ++own;
  }
  CHECK(own == 2);
}

TEST_CASE("a widened generator gives the same scores from the discriminator's inputs", "[trainer][generator_inputs]") {
  const Pool pool = pool_of(4);
  const Encoding encoding = fit_encoding({pool}, 3);
  const std::string names = GENERATE("all", "cheap", "title.bm25");
  CAPTURE(names);
  const GeneratorInputs inputs(kSchema, encoding, names);
  std::mt19937_64 random(5);
  const Network network = random_network(inputs.width(), {6, 3}, random);

  std::vector<Index> rows(10);
  for (Index i = 0; i < 10; ++i) rows[static_cast<std::size_t>(i)] = i;
  BinnedRows seen;
  inputs.bin(pool, rows, seen);
  const BinLayout layout(encoding);
  BinnedRows all;
  all.bin(layout, pool.rows, pool.range);
  Network::Activations activations;
  const Network widened = inputs.widened(network);
  const Eigen::VectorXf narrow =
      network.forward(seen, first_bases(inputs.layout(), network.layers.front().weight), activations);
  const Eigen::VectorXf wide = widened.forward(all, first_bases(layout, widened.layers.front().weight), activations);

  // At most 24 products of numbers below 4 are added in another order: 24 * 4 * 2^-24.
  CHECK((narrow - wide).cwiseAbs().maxCoeff() < 6e-6F);
}

TEST_CASE("cheap features are those that need no postings", "[trainer][generator_inputs]") {
  const Pool pool = pool_of(4);
  const Encoding encoding = fit_encoding({pool}, 3);
  const GeneratorInputs cheap(kSchema, encoding, "cheap");
  const GeneratorInputs named(kSchema, encoding, "first_stage.score,query.length,value.popularity");
  CHECK(cheap.width() == named.width());
  CHECK(cheap.width() < encoding.width());
  CHECK_FALSE(cheap.sees_all());
  CHECK(GeneratorInputs(kSchema, encoding, "all").sees_all());
}

TEST_CASE("features that are not there are refused by name", "[trainer][generator_inputs]") {
  const Pool pool = pool_of(4);
  const Encoding encoding = fit_encoding({pool}, 3);
  CHECK_THROWS_AS(GeneratorInputs(kSchema, encoding, "title.bm52"), ConfigError);
  CHECK_THROWS_WITH(GeneratorInputs(kSchema, encoding, "query.length,title.bm52"),
                    Contains("generator_features") && Contains("'title.bm52'"));
  CHECK_THROWS_WITH(GeneratorInputs(kSchema, encoding, ""), Contains("generator_features"));
  CHECK_THROWS_WITH(GeneratorInputs(schema_of({"1", "2", "3", "4"}), encoding, "cheap"),
                    Contains("generator_features cheap"));
}

}  // namespace irgan::generator_inputs_test
