#include "irgan/training_record.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace irgan::training_record_test {

using Catch::Matchers::StartsWith;

namespace {

TrainingRecord busy_record() {
  TrainingRecord record;
  record.options = TrainingOptions();
  record.from = "abc";
  record.training = DataRecord{LabelKind::impressions, {}, 5, 50, 7, 6};
  record.training->origin.click_model = "offset";
  record.training->origin.examination = {1.0, 0.5};
  record.validation = DataRecord{LabelKind::impressions, {}, 2, 20, 3, 3};
  record.validation_measure = "nats";
  NetworkRecord network;
  network.epochs.resize(2);
  network.epochs[1].epoch = 1;
  network.epochs[1].validation = {{-1.0, std::nan(""), 0.1 + 0.2}};
  network.epochs[1].statistics.policy_entropy = 1.0 / 3.0;
  network.epochs[1].hidden_hits = std::nan("");
  network.best[Ranker::combined] = ChosenEpoch{2, 0.1 + 0.2};
  network.start[Ranker::discriminator] = -1.5;
  network.examination = {0.0, -0.7};
  network.troubles = {"it circles"};
  record.networks = {network, NetworkRecord()};
  record.false_negatives = FalseNegativeCurve{9, {0.5, 1.0}, {std::numeric_limits<double>::infinity(), 3.0}};
  record.check = ServingCheck{0.5, 0.4, 0.01, 12, false};
  PastModel before;
  before.version = "abc";
  before.training = record.training;
  before.check = record.check;
  before.best = {network.best};
  record.history = {before};
  record.num_models_before = 4;
  return record;
}

}  // namespace

TEST_CASE("a training record is read as it was written", "[trainer][training_record]") {
  const TrainingRecord record = busy_record();
  const TrainingRecord read = record_from_text(to_text(record));
  CHECK(to_text(read) == to_text(record));
  CHECK(read.from == "abc");
  CHECK(read.training->origin.examination == record.training->origin.examination);
  REQUIRE(read.networks.size() == 2);
  CHECK(read.networks[0].epochs[1].epoch == 1);
  CHECK(read.networks[0].epochs[1].validation[Ranker::combined] == 0.1 + 0.2);
  CHECK(std::isnan(read.networks[0].epochs[1].validation[Ranker::generator]));
  CHECK(std::isnan(read.networks[0].epochs[1].hidden_hits));
  CHECK(read.networks[0].best[Ranker::combined]->epoch == 2);
  CHECK_FALSE(read.networks[0].best[Ranker::discriminator]);
  CHECK(std::isnan(read.networks[0].start[Ranker::generator]));
  CHECK(std::isinf(read.false_negatives->multiples[0]));  // JSON has no infinity
  CHECK(read.check->is_worse());
  CHECK_FALSE(read.check->refused());
  CHECK(read.history[0].best[0][Ranker::combined]->validation == 0.1 + 0.2);
  CHECK(read.num_models_before == 4);
}

TEST_CASE("what an older version did not write stays at its default", "[trainer][training_record]") {
  const TrainingRecord read = record_from_text(R"({"options": {"lambda": 0.25}, "networks": [{"epochs": [{}]}]})");
  REQUIRE(read.options);
  CHECK(read.options->game.lambda == 0.25);
  CHECK(read.options->epochs == TrainingOptions().epochs);
  CHECK_FALSE(read.training);
  CHECK_FALSE(read.check);
  CHECK(std::isnan(read.networks[0].epochs[0].statistics.policy_entropy));
  CHECK_FALSE(record_from_text("{}").options);
}

TEST_CASE("a record of other types is refused", "[trainer][training_record]") {
  for (const char* text : {"", "{", R"({"networks": 3})", R"({"options": {"sampler": "best"}})",
                           R"({"options": {"lambda": "much"}})", R"({"training": {"labels": "stars"}})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(record_from_text(text), FormatError);
    CHECK_THROWS_WITH(record_from_text(text), StartsWith("the training record"));
  }
}

}  // namespace irgan::training_record_test
