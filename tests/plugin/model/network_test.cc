#include "plugin/src/model/network.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/plugin/small_model.h"

namespace irgan::network_test {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Eigen::VectorXf;

namespace {

// One row's score, a loop a unit, in doubles.
double naive_score(const Network& network, VectorXd inputs) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Network::Layer& layer = network.layers[l];
    VectorXd outputs(layer.weight.cols());
    for (Index k = 0; k < outputs.size(); ++k) {
      double sum = layer.bias[k];
      for (Index j = 0; j < inputs.size(); ++j) sum += inputs[j] * layer.weight(j, k);
      outputs[k] = l + 1 < network.layers.size() ? std::tanh(sum) : sum;
    }
    inputs = outputs;
  }
  return inputs[0];
}

// How far a score in floats may be from the one in doubles. A unit's sum of n products is off by (n + 1) 2^-24 of the
// sum of its products' sizes, and by its inputs' errors times its weights; tanh hands on no more than it gets and adds,
// in Eigen, a few units in the last place of a number below 1.
double error_bound(const Network& network, const VectorXd& inputs) {
  constexpr double kUnit = 0x1p-24;
  VectorXd sizes = inputs.cwiseAbs();
  VectorXd errors = VectorXd::Zero(inputs.size());
  for (const Network::Layer& layer : network.layers) {
    const MatrixXd weights = layer.weight.cast<double>().cwiseAbs().transpose();
    const double num_terms = static_cast<double>(sizes.size()) + 1.0;
    errors = weights * errors + num_terms * kUnit * (weights * sizes + layer.bias.cast<double>().cwiseAbs()) +
             VectorXd::Constant(layer.bias.size(), 8 * kUnit);
    sizes = VectorXd::Ones(layer.bias.size());
  }
  return errors[0];
}

VectorXf scores(const Network& network, const FeatureMatrix& inputs) {
  Network::Activations activations;
  return network.forward(inputs, activations);
}

FeatureMatrix gradient(const Network& network, const FeatureMatrix& inputs) {
  Network::Activations activations;
  network.forward(inputs, activations);
  return network.input_gradient(activations, inputs.rows());
}

}  // namespace

TEST_CASE("forward agrees with a naive network in doubles", "[plugin][network]") {
  const std::vector<Index> sizes = GENERATE(std::vector<Index>{5, 1}, std::vector<Index>{7, 4, 1},
                                            std::vector<Index>{46, 64, 32, 1}, std::vector<Index>{1, 3, 2, 2, 1});
  const Index num_rows = GENERATE(1, 17);
  const float scale = GENERATE(0.1F, 1.0F, 10.0F);  // from nearly straight to nearly flat tanh
  CAPTURE(sizes, num_rows, scale);
  const Network network = random_network(sizes, 11, scale);
  const FeatureMatrix inputs = random_pool(num_rows, sizes.front(), 12);

  const VectorXf result = scores(network, inputs);

  REQUIRE(result.size() == num_rows);
  for (Index i = 0; i < num_rows; ++i) {
    const VectorXd row = inputs.row(i).transpose().cast<double>();
    CHECK(std::abs(result[i] - naive_score(network, row)) <= error_bound(network, row));
  }
}

TEST_CASE("forward of no rows is no scores", "[plugin][network]") {
  CHECK(scores(random_network({3, 2, 1}, 1), FeatureMatrix(0, 3)).size() == 0);
  CHECK(scores(random_network({3, 1}, 1), FeatureMatrix(0, 3)).size() == 0);
}

TEST_CASE("activations of another network and pool may be used again", "[plugin][network]") {
  const Network small = random_network({3, 2, 1}, 1);
  const Network large = random_network({3, 8, 4, 1}, 2);
  const FeatureMatrix few = random_pool(2, 3, 3);
  const FeatureMatrix many = random_pool(9, 3, 4);
  Network::Activations activations;
  large.forward(many, activations);
  CHECK(small.forward(few, activations) == scores(small, few));
  CHECK(activations.hidden.size() == 1);
  CHECK(small.input_gradient(activations, 2) == gradient(small, few));
  CHECK(large.forward(many, activations) == scores(large, many));
}

TEST_CASE("a row's score does not depend on the other rows beyond rounding", "[plugin][network]") {
  const Network network = random_network({6, 5, 1}, 5);
  const FeatureMatrix inputs = random_pool(9, 6, 6);
  const VectorXf all = scores(network, inputs);
  for (Index i = 0; i < inputs.rows(); ++i) {
    const VectorXd row = inputs.row(i).transpose().cast<double>();
    CHECK(std::abs(scores(network, inputs.row(i))[0] - all[i]) <= 2 * error_bound(network, row));
  }
}

TEST_CASE("input_gradient agrees with central differences of the naive network", "[plugin][network]") {
  const std::vector<Index> sizes =
      GENERATE(std::vector<Index>{4, 1}, std::vector<Index>{4, 5, 1}, std::vector<Index>{3, 6, 4, 1});
  CAPTURE(sizes);
  const Network network = random_network(sizes, 21);
  const FeatureMatrix inputs = random_pool(5, sizes.front(), 22);

  const FeatureMatrix result = gradient(network, inputs);

  REQUIRE(result.rows() == inputs.rows());
  REQUIRE(result.cols() == inputs.cols());
  // In doubles, truncation h^2 f'''/6 and round-off 1e-16/h both stay below 1e-9; what is left are the floats of the
  // gradient itself: products of at most six rounded numbers of size about 1.
  constexpr double h = 1e-5;
  constexpr double kRounding = 2e-6;
  for (Index i = 0; i < inputs.rows(); ++i) {
    for (Index j = 0; j < inputs.cols(); ++j) {
      const VectorXd row = inputs.row(i).transpose().cast<double>();
      const VectorXd nudge = h * VectorXd::Unit(row.size(), j);
      const double slope = (naive_score(network, row + nudge) - naive_score(network, row - nudge)) / (2.0 * h);
      CHECK(std::abs(result(i, j) - slope) <= kRounding);
    }
  }
}

}  // namespace irgan::network_test
