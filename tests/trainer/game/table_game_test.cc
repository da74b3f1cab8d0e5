#include "tests/trainer/table_game.h"

#include <catch2/catch.hpp>

namespace irgan::table_game_test {

using Catch::Matchers::WithinAbs;

TEST_CASE("the tabular game ends at p_theta = p_true with exact expectations", "[trainer][game]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  TableGame table(seed);
  GameOptions options;

  SECTION("ratio form, the generator rewarded by its own ratio") {
    const std::vector<double> curve = table.play(options, 1000, 0.05);
    CAPTURE(seed, curve);
    CHECK_THAT(curve.front(), WithinAbs(0.68, 1e-6));
    CHECK(curve.back() < 1e-4);
    CHECK(table.ranker < 1e-4);  // and D keeps ranking
  }
  SECTION("ratio form, reward 2 sigma(f) - 1") {
    options.reward = Reward::sigmoid;
    const std::vector<double> curve = table.play(options, 1000, 0.05);
    CAPTURE(seed, curve);
    CHECK(curve.back() < 1e-4);
  }
  SECTION("plain form, negatives ~ p_theta, five steps of D for one of G") {
    options.form = DiscriminatorForm::plain;
    options.lambda = 0.0;
    options.discriminator_steps = 5;
    const std::vector<double> curve = table.play(options, 1000, 0.05);
    CAPTURE(seed, curve);
    CHECK(curve.back() < 1e-4);
    CHECK(table.ranker > 0.5);  // D = 1/2 everywhere: it has forgotten how to rank
  }
}

TEST_CASE("the tabular game ends near p_theta = p_true with 64 draws", "[trainer][game][slow]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  TableGame table(seed);
  GameOptions options;
  options.samples = 64;

  SECTION("ratio form") {
    const std::vector<double> curve = table.play(options, 2000, 0.05);
    CAPTURE(seed, curve);
    CHECK(curve.back() < 0.005);
    CHECK(table.ranker < 0.005);
  }
  SECTION("plain form, five steps of D for one of G") {
    options.form = DiscriminatorForm::plain;
    options.lambda = 0.0;
    options.discriminator_steps = 5;
    const std::vector<double> curve = table.play(options, 2000, 0.05);
    CAPTURE(seed, curve);
    CHECK(curve.back() < 0.005);
  }
  SECTION("ratio form, half of the generator's draws clicked documents") {
    options.importance = 0.5;
    const std::vector<double> curve = table.play(options, 2000, 0.05);
    CAPTURE(seed, curve);
    CHECK(curve.back() < 0.005);
  }
}

TEST_CASE("rewarded by the mixture's ratio the policy gives up what is less likely than lambda / n",
          "[trainer][game]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  TableGame table(seed);
  GameOptions options;
  options.reward_ratio = RewardRatio::mixture;
  const std::vector<double> curve = table.play(options, 1000, 0.05);
  CAPTURE(seed, curve);
  CHECK(curve.back() > 0.1);
  CHECK(table.ranker < 1e-4);  // the discriminator does not mind
}

}  // namespace irgan::table_game_test
