/// Where the temperature of mining comes from, and whether it keeps the bound.

#include "trainer/mining/mining_temperature.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace irgan;
using Catch::Contains;
using nlohmann::json;

namespace {

const json kRecord{
    {"false_negatives", {{"queries", 12}, {"temperature", {0.5, 1.0, 2.0}}, {"multiple", {nullptr, 2.5, 1.5}}}}};

}  // namespace

TEST_CASE("the lowest temperature that keeps the bound is taken, with what it was measured on",
          "[index_tools][mining_temperature]") {
  const MiningTemperature chosen = mining_temperature(0.0, kRecord, 2.0);
  CHECK(chosen.value == 2.0);
  CHECK(chosen.basis == TemperatureBasis::bounded);
  CHECK(chosen.multiple == 1.5);
  CHECK(chosen.num_queries == 12);
  CHECK_THAT(sentence_of(chosen, 2.0), Contains("temperature 2: the lowest that keeps --max-false-negatives 2 "
                                                "(measured 1.5 times uniform draws' on 12 queries)"));
  CHECK(to_json(chosen) ==
        json{{"value", 2.0}, {"basis", "bounded"}, {"false_negative_multiple", 1.5}, {"queries", 12}});
  CHECK(mining_temperature(0.0, kRecord, 3.0).value == 1.0);
}

TEST_CASE("a bound that no temperature keeps is told", "[index_tools][mining_temperature]") {
  const MiningTemperature chosen = mining_temperature(0.0, kRecord, 1.2);
  CHECK(chosen.value == 2.0);
  CHECK(chosen.basis == TemperatureBasis::unbounded);
  CHECK_THAT(sentence_of(chosen, 1.2), Contains("none keeps --max-false-negatives 1.2 (measured 1.5 times"));
}

TEST_CASE("a record without a curve gives 1 and says so, a given temperature stands",
          "[index_tools][mining_temperature]") {
  const MiningTemperature unmeasured = mining_temperature(0.0, json::object(), 2.0);
  CHECK(unmeasured.value == 1.0);
  CHECK(unmeasured.basis == TemperatureBasis::unmeasured);
  CHECK(std::isnan(unmeasured.multiple));
  CHECK_THAT(sentence_of(unmeasured, 2.0), Contains("measured no false negatives") && Contains("has no effect"));
  CHECK(to_json(unmeasured) == json{{"value", 1.0}, {"basis", "unmeasured"}});
  const MiningTemperature given = mining_temperature(0.7, kRecord, 2.0);
  CHECK(given.value == 0.7);
  CHECK(given.basis == TemperatureBasis::given);
  CHECK_THAT(sentence_of(given, 2.0), Contains("given by --temperature"));
}
