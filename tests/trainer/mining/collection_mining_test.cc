/// Negatives out of the whole collection, by a model whose generator picks from all of it.

#include <catch2/catch.hpp>
#include <set>

#include "irgan/miner.h"
#include "irgan/mining_report.h"
#include "tests/plugin/small_vectors.h"
#include "tests/trainer/mining/shoe_shop.h"

namespace irgan::collection_mining_test {

using Catch::Contains;

namespace {

// Red and green stand for one thing, blue and black for another, which queries for a colour cannot know.
std::shared_ptr<const CollectionVectors> vectors_of(const ShoeShop& shop) {
  return small_vectors(shop.site().open(),
                       {{"black", {0, 127}}, {"blue", {0, 127}}, {"green", {127, 0}}, {"red", {127, 0}}},
                       ShoeShop::kNumShoes);
}

std::shared_ptr<const Model> picking_model(const ShoeShop& shop, const CollectionVectors& vectors) {
  ModelParts parts = parts_of(*shop.model());
  parts.schema.stemmer = "english";
  parts.schema.fields = {{"text", ""}};
  parts.collection = CollectionGenerator{untrained_towers(vectors), 15};
  return model_of(std::move(parts));
}

MiningOptions drawing(const std::shared_ptr<const CollectionVectors>& vectors) {
  MiningOptions options = ShoeShop::plain();
  options.sources = {{NegativeSource::generator, 1.0}};
  options.vectors = vectors;
  options.num_negatives = 8;
  return options;
}

int shoe_of(const MinedDocument& document) { return std::stoi(document.id.substr(1)); }

}  // namespace

TEST_CASE("a generator over the whole collection draws what the query's words do not find", "[trainer][miner]") {
  const ShoeShop shop;
  const auto vectors = vectors_of(shop);
  Miner miner(shop.site(), picking_model(shop, *vectors), shop.evidence(), drawing(vectors));
  CHECK(miner.temperature().basis == TemperatureBasis::collection);
  MiningReport report;
  std::uint64_t num_outside = 0;
  for (const QueryRow& query : miner.evidence().queries) {
    CAPTURE(query.id);
    const MinedQuery mined = miner.mine(query);
    report.add(mined, 1);
    REQUIRE(mined.negatives.size() == 1);
    REQUIRE(mined.negatives[0].size() == 8);
    std::set<int> drawn;
    for (const MinedDocument& negative : mined.negatives[0]) {
      const int shoe = shoe_of(negative);
      CAPTURE(shoe);
      CHECK(drawn.insert(shoe).second);
      CHECK(shoe % 4 / 2 == std::stoi(query.id) / 2);  // of the same thing: a chance of exp(-10) otherwise
      CHECK(negative.is_outside == (shoe % 4 != std::stoi(query.id)));
      num_outside += negative.is_outside ? 1 : 0;
    }
    for (const MinedDocument& positive : mined.positives) CHECK(drawn.count(shoe_of(positive)) == 0);
  }
  CHECK(num_outside > 8);
  CHECK(report.num_outside == num_outside);
}

TEST_CASE("each list of a query has draws of its own, the same again", "[trainer][miner]") {
  const ShoeShop shop;
  const auto vectors = vectors_of(shop);
  MiningOptions options = drawing(vectors);
  options.per_positive = true;
  Miner miner(shop.site(), picking_model(shop, *vectors), shop.evidence(), options);
  const QueryRow query = miner.evidence().queries[2];
  const auto ids = [](const MinedQuery& mined) {
    std::vector<std::vector<std::string>> lists;
    for (const auto& list : mined.negatives) {
      lists.emplace_back();
      for (const MinedDocument& one : list) lists.back().push_back(one.id);
    }
    return lists;
  };
  const auto first = ids(miner.mine(query));
  miner.mine(miner.evidence().queries[0]);
  REQUIRE(first.size() == 2);
  CHECK(first[0] != first[1]);
  CHECK(first == ids(miner.another()->mine(query)));
}

TEST_CASE("guards see the chance over the whole collection as the generator's score", "[trainer][miner]") {
  const ShoeShop shop;
  const auto vectors = vectors_of(shop);
  MiningOptions options = drawing(vectors);
  options.score_by = GuardScore::generator;
  options.num_negatives = 30;
  Miner miner(shop.site(), picking_model(shop, *vectors), shop.evidence(), options);
  const MinedQuery mined = miner.mine(miner.evidence().queries[1]);
  // Twenty documents of the query's thing with g = 10, twenty of the other with 0.
  const double log_total = std::log(20.0 * std::exp(10.0) + 20.0);
  for (const MinedDocument& negative : mined.negatives.at(0)) {
    const double g = shoe_of(negative) % 4 / 2 == 0 ? 10.0 : 0.0;
    CHECK(negative.score == Approx(g - log_total).margin(0.05));
  }
}

TEST_CASE("such a model does not mine without its vectors, nor with others", "[trainer][miner]") {
  const ShoeShop shop;
  const auto vectors = vectors_of(shop);
  const auto model = picking_model(shop, *vectors);
  MiningOptions options = drawing(nullptr);
  CHECK_THROWS_WITH(Miner(shop.site(), model, shop.evidence(), options),
                    Contains("the model's generator picks from the whole collection"));
  const ShoeShop other;
  options.vectors = vectors_of(other);
  CHECK_THROWS_WITH(Miner(shop.site(), model, shop.evidence(), options), Contains("of another index"));
  CHECK(Miner(shop.site(), model, shop.evidence(), drawing(vectors)).identity() !=
        Miner(shop.site(), shop.model(), shop.evidence(), drawing(nullptr)).identity());
}

}  // namespace irgan::collection_mining_test
