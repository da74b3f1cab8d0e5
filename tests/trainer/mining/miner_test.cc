/// Mining through the library: one query after the other.

#include "irgan/miner.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "tests/trainer/mining/shoe_shop.h"

namespace irgan::miner_test {

using Catch::Contains;
using Ids = std::vector<std::string>;

namespace {

Ids ids_of(const std::vector<MinedDocument>& documents) {
  Ids ids;
  for (const MinedDocument& document : documents) ids.push_back(document.id);
  return ids;
}

}  // namespace

TEST_CASE("a query's negatives are the first stage's first without its positives", "[trainer][miner]") {
  const ShoeShop shop;
  Miner miner(shop.site(), nullptr, shop.evidence(), ShoeShop::plain());
  for (const QueryRow& query : miner.evidence().queries) {
    const MinedQuery mined = miner.mine(query);
    const int i = std::stoi(query.id);
    const auto shoe = [i](int k) { return "d" + std::to_string(i + 4 * k); };
    CHECK(mined.skip == Skip::none);
    CHECK(ids_of(mined.positives) == Ids{shoe(0), shoe(1)});
    REQUIRE(mined.negatives.size() == 1);
    CHECK(ids_of(mined.negatives[0]) == Ids{shoe(2), shoe(3), shoe(4)});  // the shortest
    CHECK(mined.negatives[0][0].score >= mined.negatives[0][2].score);
    CHECK(mined.num_excluded[static_cast<std::size_t>(Exclusion::positive)] == 2);
  }
}

TEST_CASE("by default the model's best are mined, and what it leaves open is settled", "[trainer][miner]") {
  const ShoeShop shop;
  MiningOptions options;
  options.content = RowContent::id;
  options.max_resemblance = 1.0;
  Miner miner(shop.site(), shop.model(), shop.evidence(), options);
  CHECK(miner.options().depth == shop.model()->depth());
  CHECK(miner.options().temperature == 1.0);
  CHECK(miner.temperature().basis == TemperatureBasis::unmeasured);
  CHECK_FALSE(miner.relevance());
  const MinedQuery mined = miner.mine(miner.evidence().queries[0]);
  CHECK(ids_of(mined.negatives.at(0)) == Ids{"d36", "d32", "d28", "d24", "d20"});
  CHECK(mined.positives[0].score < mined.negatives[0][0].score);
}

TEST_CASE("what a query gives does not depend on the queries before it, nor on the miner", "[trainer][miner]") {
  const ShoeShop shop;
  MiningOptions options = ShoeShop::plain();
  options.sources = {{NegativeSource::generator, 1.0}, {NegativeSource::uniform, 1.0}};
  options.per_positive = true;
  options.padding = Padding::uniform;
  options.num_negatives = 12;
  Miner miner(shop.site(), shop.model(), shop.evidence(), options);
  const std::vector<QueryRow>& queries = miner.evidence().queries;
  const MinedQuery first = miner.mine(queries[1]);
  for (const QueryRow& query : queries) miner.mine(query);
  const MinedQuery again = miner.another()->mine(queries[1]);
  REQUIRE(first.negatives.size() == 2);
  for (std::size_t list = 0; list < 2; ++list) {
    CHECK(ids_of(first.negatives[list]) == ids_of(again.negatives[list]));
  }
  CHECK(ids_of(first.negatives[0]) != ids_of(first.negatives[1]));
}

TEST_CASE("padding is of the index, unscored, and neither a positive nor what a guard took out", "[trainer][miner]") {
  const ShoeShop shop;
  MiningOptions options = ShoeShop::plain();
  options.per_positive = true;
  options.padding = Padding::uniform;
  options.num_negatives = 20;
  options.guards.range_min = 3;  // takes out d8, d12 and d16
  Miner miner(shop.site(), nullptr, shop.evidence(), options);
  const MinedQuery mined = miner.mine(miner.evidence().queries[0]);
  CHECK(mined.num_missing == 2 * 15);
  for (const std::vector<MinedDocument>& negatives : mined.negatives) {
    CHECK(negatives.size() == 20);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < negatives.size(); ++i) {
      CHECK(ids.insert(negatives[i].id).second);
      CHECK(negatives[i].is_padding == (i >= 5));
      CHECK(std::isnan(negatives[i].score) == (i >= 5));
    }
    for (const char* refused : {"d0", "d4", "d8", "d12", "d16"}) CHECK(ids.count(refused) == 0);
  }
}

TEST_CASE("queries that give nothing say why", "[trainer][miner]") {
  const ShoeShop shop;
  MiningEvidence evidence = shop.evidence();
  evidence.by_query["4"] = {{"nowhere", 1.0, 0.0, {}}};
  evidence.by_query["5"] = {{"d0", 1.0, 0.0, {}}};
  Miner miner(shop.site(), nullptr, evidence, ShoeShop::plain());
  CHECK(miner.mine({"6", "red", "", ""}).skip == Skip::no_positives);
  const MinedQuery unknown = miner.mine({"4", "red", "", ""});
  CHECK(unknown.skip == Skip::positives_not_in_index);
  CHECK(unknown.num_unknown_positives == 1);
  CHECK(miner.mine({"5", "purple", "", ""}).skip == Skip::no_candidates);
}

TEST_CASE("what the options need and is not there is refused by its member's name", "[trainer][miner]") {
  const ShoeShop shop;
  const auto refusal = [&](const MiningOptions& options, std::shared_ptr<const Model> model) -> std::string {
    try {
      const Miner miner(shop.site(), std::move(model), shop.evidence(), options);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  CHECK_THAT(refusal({}, nullptr), Contains("model is missing"));
  MiningOptions options = ShoeShop::plain();
  options.sources = {{NegativeSource::skipped, 1.0}};
  CHECK_THAT(refusal(options, nullptr), Contains("source skipped: the log says only what was clicked"));
  options = ShoeShop::plain();
  options.guards.max_relevance = 0.5;
  CHECK_THAT(refusal(options, nullptr), Contains("max_relevance") && Contains("not what was shown"));
  options = {};
  options.sources = {{NegativeSource::generator, 1.0}};
  options.model_name = "shop.model";
  ModelParts parts = parts_of(*shop.model());
  parts.generators.clear();
  CHECK_THAT(refusal(options, model_of(parts)), Contains("shop.model: the model has no generator"));
}

}  // namespace irgan::miner_test
