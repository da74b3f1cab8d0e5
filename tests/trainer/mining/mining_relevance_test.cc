/// What a model's record says of how ranks are looked at.

#include "trainer/mining/mining_relevance.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace irgan::mining_relevance_test {

TEST_CASE("examination is what clicks were corrected by, if they were", "[trainer][mining_relevance]") {
  TrainingRecord record;
  record.training = DataRecord();
  record.training->origin.examination = {1.0, 0.5};
  record.networks.resize(1);
  record.networks[0].examination = {0.0, -3.0};
  CHECK(examination_of(record) == std::vector<double>{1.0, 0.5});
}

TEST_CASE("else it is the mean over the networks that learnt offsets", "[trainer][mining_relevance]") {
  TrainingRecord record;
  CHECK(examination_of(record).empty());
  record.networks.resize(3);
  CHECK(examination_of(record).empty());
  record.networks[0].examination = {0.0, -1.0};
  record.networks[2].examination = {0.0, -2.0};
  const std::vector<double> examination = examination_of(record);
  REQUIRE(examination.size() == 2);
  CHECK(examination[0] == 1.0);
  CHECK(examination[1] == Approx(std::exp(-1.5)));
}

}  // namespace irgan::mining_relevance_test
