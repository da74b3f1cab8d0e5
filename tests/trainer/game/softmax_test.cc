#include "trainer/game/softmax.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/trainer/central_differences.h"

namespace irgan::softmax_test {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;

namespace {

// A few operations on numbers of size 1 in double precision.
constexpr double kRoundOff = 1e-14;

VectorXd vector(std::initializer_list<double> numbers) {
  return Eigen::Map<const VectorXd>(numbers.begin(), static_cast<Eigen::Index>(numbers.size()));
}

}  // namespace

TEST_CASE("softmax is exp over the sum of exps", "[trainer][softmax]") {
  const VectorXd logits = vector({0.0, std::log(2.0), std::log(5.0)});
  CHECK(largest_difference(softmax(logits), vector({0.125, 0.25, 0.625})) < kRoundOff);
  CHECK(largest_difference(log_softmax(logits), vector({std::log(0.125), std::log(0.25), std::log(0.625)})) <
        kRoundOff);
}

TEST_CASE("softmax of huge logits is finite and adds up to 1", "[trainer][softmax]") {
  const VectorXd huge = vector({1e300, -1e300, 1e300, 0.0});
  CHECK(largest_difference(softmax(huge), vector({0.5, 0.0, 0.5, 0.0})) < kRoundOff);
  CHECK(log_softmax(huge).allFinite());

  const VectorXd large = vector({1000.0, 999.0});
  CHECK_THAT(softmax(large).sum(), WithinAbs(1.0, kRoundOff));
  CHECK(log_softmax(large) == log_softmax(vector({1.0, 0.0})));
}

TEST_CASE("softmax is the same for logits moved by a constant", "[trainer][softmax]") {
  const VectorXd logits = vector({0.3, -1.2, 2.0, 0.0});
  const VectorXd moved = logits.array() + 7.25;
  CHECK(largest_difference(softmax(logits), softmax(moved)) < kRoundOff);
}

TEST_CASE("softmax of one document is 1", "[trainer][softmax]") {
  CHECK(softmax(vector({-3.5}))[0] == 1.0);
  CHECK(log_softmax(vector({-3.5}))[0] == 0.0);
}

TEST_CASE("sigmoid and softplus hold at both ends of the range of double", "[trainer][softmax]") {
  CHECK(sigmoid(0.0) == 0.5);
  CHECK(sigmoid(1e4) == 1.0);
  CHECK(sigmoid(-1e4) == 0.0);
  CHECK_THAT(sigmoid(-700.0), WithinRel(std::exp(-700.0), kRoundOff));
  CHECK_THAT(sigmoid(1.5) + sigmoid(-1.5), WithinAbs(1.0, kRoundOff));

  CHECK_THAT(softplus(0.0), WithinAbs(std::log(2.0), kRoundOff));
  CHECK(softplus(1e4) == 1e4);
  CHECK(softplus(-1e4) == 0.0);
  for (const double x : {0.0, -0.0, 1e-9, 1.5, -1.5, 40.0, -40.0, 1e4, -1e4}) {
    CAPTURE(x);
    const Logistic both(x);
    CHECK(both.sigmoid == sigmoid(x));
    CHECK(both.sigmoid_of_negative == sigmoid(-x));
    CHECK(both.softplus == softplus(x));
    CHECK(both.softplus_of_negative == softplus(-x));
  }
  CHECK_THAT(softplus(-700.0), WithinRel(std::exp(-700.0), kRoundOff));
  CHECK_THAT(softplus(1.5) - softplus(-1.5), WithinAbs(1.5, kRoundOff));
}

TEST_CASE("kl_divergence is 0 for equal distributions and leaves out what p never does", "[trainer][softmax]") {
  const VectorXd p = vector({0.5, 0.5, 0.0});
  CHECK_THAT(kl_divergence(p, vector({std::log(0.5), std::log(0.5), -INFINITY})), WithinAbs(0.0, kRoundOff));
  // .5 log(.5 / .25) + .5 log(.5 / .5)
  CHECK_THAT(kl_divergence(p, vector({std::log(0.25), std::log(0.5), std::log(0.25)})),
             WithinAbs(0.5 * std::log(2.0), kRoundOff));
}

}  // namespace irgan::softmax_test
