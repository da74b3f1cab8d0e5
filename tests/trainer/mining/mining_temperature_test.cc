/// Where the temperature of mining comes from, and whether it keeps the bound.

#include "trainer/mining/mining_temperature.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace irgan::mining_temperature_test {

using nlohmann::json;

namespace {

const FalseNegativeCurve kCurve{12, {0.5, 1.0, 2.0}, {std::numeric_limits<double>::infinity(), 2.5, 1.5}};

}  // namespace

TEST_CASE("the lowest temperature that keeps the bound is taken, with what it was measured on",
          "[trainer][mining_temperature]") {
  const MiningTemperature chosen = mining_temperature(0.0, kCurve, 2.0);
  CHECK(chosen.value == 2.0);
  CHECK(chosen.basis == TemperatureBasis::bounded);
  CHECK(chosen.multiple == 1.5);
  CHECK(chosen.num_queries == 12);
  CHECK(json(chosen) == json{{"value", 2.0}, {"basis", "bounded"}, {"false_negative_multiple", 1.5}, {"queries", 12}});
  CHECK(mining_temperature(0.0, kCurve, 3.0).value == 1.0);
}

TEST_CASE("where no temperature keeps the bound the highest is taken", "[trainer][mining_temperature]") {
  const MiningTemperature chosen = mining_temperature(0.0, kCurve, 1.2);
  CHECK(chosen.value == 2.0);
  CHECK(chosen.basis == TemperatureBasis::unbounded);
}

TEST_CASE("without a curve the temperature is 1, a given one stands", "[trainer][mining_temperature]") {
  const MiningTemperature unmeasured = mining_temperature(0.0, std::nullopt, 2.0);
  CHECK(unmeasured.value == 1.0);
  CHECK(unmeasured.basis == TemperatureBasis::unmeasured);
  CHECK(std::isnan(unmeasured.multiple));
  CHECK(json(unmeasured) == json{{"value", 1.0}, {"basis", "unmeasured"}});
  const MiningTemperature given = mining_temperature(0.7, kCurve, 2.0);
  CHECK(given.value == 0.7);
  CHECK(given.basis == TemperatureBasis::given);
}

}  // namespace irgan::mining_temperature_test
