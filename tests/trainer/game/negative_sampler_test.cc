#include "trainer/game/negative_sampler.h"

#include <catch2/catch.hpp>

#include "tests/trainer/central_differences.h"
#include "tests/trainer/random_vectors.h"

namespace irgan::negative_sampler_test {

using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kRoundOff = 1e-14;  // sums of few numbers below 1

// Plays every equally likely pair of draws with replacement; of equal scores the later row stands higher.
VectorXd highest_of_two_draws(const VectorXd& scores) {
  const Index n = scores.size();
  VectorXd chances = VectorXd::Zero(n);
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b) {
      const bool a_is_higher = scores[a] != scores[b] ? scores[a] > scores[b] : a > b;
      chances[a_is_higher ? a : b] += 1.0 / static_cast<double>(n * n);
    }
  }
  return chances;
}

}  // namespace

TEST_CASE("mixed_with_uniform lifts every document to lambda / n and adds up to 1", "[trainer][negative_sampler]") {
  const VectorXd policy = (VectorXd(4) << 1.0, 0.0, 0.0, 0.0).finished();
  const VectorXd mixed = mixed_with_uniform(policy, 0.2);
  CHECK(largest_difference(mixed, (VectorXd(4) << 0.85, 0.05, 0.05, 0.05).finished()) < kRoundOff);
  CHECK_THAT(mixed.sum(), WithinAbs(1.0, kRoundOff));
  CHECK(mixed_with_uniform(policy, 0.0) == policy);
  CHECK(mixed_with_uniform(policy, 1.0) == VectorXd::Constant(4, 0.25));
}

TEST_CASE("dynamic negatives have the chances of a play of all draws", "[trainer][negative_sampler]") {
  SECTION("distinct scores") {
    const VectorXd scores = (VectorXd(4) << 0.3, -1.2, 2.0, 0.0).finished();
    CHECK(largest_difference(dynamic_negatives(scores, 2), highest_of_two_draws(scores)) < kRoundOff);
    // By hand, lowest first: 1/16, 3/16, 5/16, 7/16.
    CHECK(largest_difference(dynamic_negatives(scores, 2), (VectorXd(4) << 5, 1, 7, 3).finished() / 16.0) < kRoundOff);
  }
  SECTION("equal scores") {
    const VectorXd scores = (VectorXd(4) << 1.0, 0.0, 1.0, 1.0).finished();
    CHECK(largest_difference(dynamic_negatives(scores, 2), highest_of_two_draws(scores)) < kRoundOff);
  }
}

TEST_CASE("dynamic negatives add up to 1 and favour the highest score", "[trainer][negative_sampler]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const VectorXd scores = random_scores(100, random);
  const VectorXd chances = dynamic_negatives(scores, 4);
  CHECK_THAT(chances.sum(), WithinAbs(1.0, 100 * kRoundOff));
  CHECK(chances.minCoeff() >= 0.0);
  Index best = 0;
  Index likeliest = 0;
  scores.maxCoeff(&best);
  chances.maxCoeff(&likeliest);
  CHECK(best == likeliest);
}

TEST_CASE("one dynamic draw is a uniform draw", "[trainer][negative_sampler]") {
  const VectorXd scores = (VectorXd(5) << 3, 1, 2, 5, 4).finished();
  CHECK(largest_difference(dynamic_negatives(scores, 1), VectorXd::Constant(5, 0.2)) < kRoundOff);
}

}  // namespace irgan::negative_sampler_test
