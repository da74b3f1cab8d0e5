#include "trainer/training/diagnosis.h"

#include <catch2/catch.hpp>

namespace irgan::diagnosis_test {

namespace {

EpochReport epoch(double validation, double divergence, double entropy) {
  EpochReport report;
  report.validation = no_scores();
  report.validation[Ranker::discriminator] = validation;
  report.statistics.policy_divergence = divergence;
  report.statistics.policy_entropy = entropy;
  return report;
}

using Epochs = std::vector<EpochReport>;

GameOptions plain_form() {
  GameOptions options;
  options.form = DiscriminatorForm::plain;
  return options;
}

}  // namespace

TEST_CASE("a game that goes well has no troubles", "[trainer][diagnosis]") {
  const Epochs epochs{epoch(0.6, 0.9, 2.0), epoch(0.7, 0.5, 1.8), epoch(0.69, 0.45, 1.7)};
  CHECK(diagnose(epochs, {}, LabelKind::grades).empty());
}

TEST_CASE("one epoch says nothing", "[trainer][diagnosis]") {
  CHECK(diagnose(Epochs{epoch(0.6, 0.9, 0.0)}, {}, LabelKind::grades).empty());
}

TEST_CASE("a plain discriminator that forgets is named with the form to use", "[trainer][diagnosis]") {
  const Epochs epochs{epoch(0.7, 0.9, 2.0), epoch(0.4, 0.5, 1.8)};
  const auto troubles = diagnose(epochs, plain_form(), LabelKind::clicks);
  REQUIRE(troubles.size() == 1);
  CHECK_THAT(troubles[0], Catch::Contains("forgets") && Catch::Contains("the ratio form"));
}

TEST_CASE("a log-likelihood is forgotten by nats, not by shares", "[trainer][diagnosis]") {
  CHECK(diagnose(Epochs{epoch(-1.0, 0.9, 2.0), epoch(-1.3, 0.5, 1.8)}, plain_form(), LabelKind::impressions).empty());
  CHECK(diagnose(Epochs{epoch(-1.0, 0.9, 2.0), epoch(-1.6, 0.5, 1.8)}, plain_form(), LabelKind::impressions).size() ==
        1);
}

TEST_CASE("a discriminator that never ranks like the generator that it teaches has too large steps",
          "[trainer][diagnosis]") {
  Epochs epochs{epoch(0.3, 0.9, 2.0), epoch(0.3, 0.5, 1.8)};
  for (EpochReport& one : epochs) one.validation[Ranker::generator] = 0.7;
  const auto troubles = diagnose(epochs, {}, LabelKind::grades);
  REQUIRE(troubles.size() == 1);
  CHECK_THAT(troubles[0], Catch::Contains("far worse than the generator") && Catch::Contains("steps"));
  for (EpochReport& one : epochs) one.validation[Ranker::generator] = 0.35;
  CHECK(diagnose(epochs, {}, LabelKind::grades).empty());
}

TEST_CASE("a policy that moves away from the clicks again circles", "[trainer][diagnosis]") {
  const Epochs epochs{epoch(0.6, 0.5, 2.0), epoch(0.7, 0.2, 1.8), epoch(0.7, 0.6, 1.7)};
  const auto troubles = diagnose(epochs, {}, LabelKind::grades);
  REQUIRE(troubles.size() == 1);
  CHECK_THAT(troubles[0], Catch::Contains("circles") && Catch::Contains("steps of the generator"));
}

TEST_CASE("a policy of one document collapsed", "[trainer][diagnosis]") {
  const Epochs epochs{epoch(0.6, 0.5, 2.0), epoch(0.7, 0.4, 0.01)};
  const auto troubles = diagnose(epochs, {}, LabelKind::grades);
  REQUIRE(troubles.size() == 1);
  CHECK_THAT(troubles[0], Catch::Contains("collapsed") && Catch::Contains("temperature"));
}

TEST_CASE("a run without a generator has none of a generator's troubles", "[trainer][diagnosis]") {
  GameOptions uniform;
  uniform.sampler = Sampler::uniform;
  CHECK(diagnose(Epochs{epoch(0.6, 0.1, 0.0), epoch(0.7, 9.0, 0.0)}, uniform, LabelKind::grades).empty());
}

}  // namespace irgan::diagnosis_test
