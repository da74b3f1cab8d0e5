#include "trainer/game/player.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "plugin/src/encoding/first_layer.h"
#include "tests/trainer/scalar_network.h"

namespace irgan::player_test {

using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kFloatRoundOff = 5e-7;  // a few roundings of 2^-24 of numbers of size 1

// One input, one output: a weight and a bias.
Network line(float weight, float bias) {
  Network network;
  network.layers.push_back({FeatureMatrix::Constant(1, 1, weight), Eigen::VectorXf::Constant(1, bias)});
  return network;
}

float weight(const Network& network) { return network.layers.front().weight(0, 0); }
float bias(const Network& network) { return network.layers.front().bias[0]; }

const BinLayout kLayout(1);

// One step along one gradient; returns its norm.
double update(Player& player, NetworkGradient& gradient, double learning_rate, unsigned num_threads = 1) {
  ThreadPool threads(num_threads);
  FeatureMatrix bases = first_bases(kLayout, player.weights.layers.front().weight);
  return descend({{player, {&gradient}, learning_rate, kLayout, bases}}, 1, threads).front();
}

// Algorithm 1 for one number, in double.
struct ScalarAdam {
  double value;
  double average;
  double m = 0.0;
  double v = 0.0;
  int t = 0;

  explicit ScalarAdam(double start) : value(start), average(start) {}

  void update(double gradient, double rate) {
    ++t;
    m = 0.9 * m + 0.1 * gradient;
    v = 0.999 * v + 0.001 * gradient * gradient;
    value -= rate * (m / (1.0 - std::pow(0.9, t))) / (std::sqrt(v / (1.0 - std::pow(0.999, t))) + 1e-8);
    const double decay = std::min(0.99, t / (t + 10.0));
    average = decay * average + (1.0 - decay) * value;
  }
};

}  // namespace

TEST_CASE("Adam's first step is the learning rate against the gradient's sign", "[trainer][adam]") {
  Player player(line(0.5F, -0.25F));
  NetworkGradient gradient = line(0.3F, -2.0F);
  // The norm is sqrt(.09 + 4), below the limit: nothing is clipped. m / (1 - .9) = g and v / (1 - .999) = g^2.
  CHECK_THAT(update(player, gradient, 0.01), WithinAbs(std::sqrt(4.09), kFloatRoundOff));
  CHECK_THAT(weight(player.weights), WithinAbs(0.5 - 0.01, kFloatRoundOff));
  CHECK_THAT(bias(player.weights), WithinAbs(-0.25 + 0.01, kFloatRoundOff));
  CHECK_THAT(weight(player.first_moment), WithinAbs(0.03, kFloatRoundOff));
  CHECK_THAT(weight(player.second_moment), WithinAbs(0.00009, kFloatRoundOff));
  CHECK(player.num_steps == 1);
  // The average moves by 10/11 of the first step: its decay is 1 / (1 + 10).
  CHECK_THAT(weight(player.average), WithinAbs(0.5 - 0.01 * 10.0 / 11.0, kFloatRoundOff));
}

TEST_CASE("many steps follow algorithm 1 and the moving average", "[trainer][adam]") {
  Player player(line(0.5F, -0.25F));
  ScalarAdam expected_weight(0.5);
  ScalarAdam expected_bias(-0.25);
  constexpr int kSteps = 1200;  // beyond 990, where the average's memory stops growing
  for (int t = 0; t < kSteps; ++t) {
    const double rate = 0.01 / (1.0 + 0.01 * t);
    const float for_weight = std::sin(0.3F * static_cast<float>(t));
    const float for_bias = 0.5F + std::cos(0.7F * static_cast<float>(t));
    NetworkGradient gradient = line(for_weight, for_bias);
    update(player, gradient, rate);
    expected_weight.update(for_weight, rate);
    expected_bias.update(for_bias, rate);
  }
  // A step's float round-off, 2^-24 of a weight below 2, adds up over the steps.
  constexpr double tolerance = kSteps * 1.2e-7;
  CHECK_THAT(weight(player.weights), WithinAbs(expected_weight.value, tolerance));
  CHECK_THAT(bias(player.weights), WithinAbs(expected_bias.value, tolerance));
  CHECK_THAT(weight(player.average), WithinAbs(expected_weight.average, tolerance));
  CHECK_THAT(bias(player.average), WithinAbs(expected_bias.average, tolerance));
}

TEST_CASE("a gradient is clipped to a norm of 5, its direction kept", "[trainer][adam]") {
  Player player(line(0.0F, 0.0F));
  NetworkGradient gradient = line(30.0F, -40.0F);
  CHECK_THAT(update(player, gradient, 0.01), WithinAbs(50.0, 1e-5));
  CHECK_THAT(weight(gradient), WithinAbs(3.0, 1e-6));
  CHECK_THAT(bias(gradient), WithinAbs(-4.0, 1e-6));
  CHECK_THAT(weight(player.first_moment), WithinAbs(0.3, 1e-6));
}

TEST_CASE("a gradient that is not finite is refused and leaves the player as it was", "[trainer][adam]") {
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  Player player(line(0.5F, -0.25F));
  NetworkGradient good = line(1.0F, 1.0F);
  update(player, good, 0.01);
  const Player before = player;
  NetworkGradient gradient = line(1.0F, bad);
  CHECK_THROWS_AS(update(player, gradient, 0.01), Error);
  CHECK(flat(player.weights) == flat(before.weights));
  CHECK(flat(player.average) == flat(before.average));
  CHECK(flat(player.first_moment) == flat(before.first_moment));
  CHECK(flat(player.second_moment) == flat(before.second_moment));
  CHECK(player.num_steps == 1);
}

TEST_CASE("a gradient of zeros moves nothing", "[trainer][adam]") {
  Player player(line(0.5F, -0.25F));
  NetworkGradient gradient = line(0.0F, 0.0F);
  CHECK(update(player, gradient, 0.01) == 0.0);
  CHECK(weight(player.weights) == 0.5F);
  CHECK(bias(player.average) == -0.25F);
}

TEST_CASE("examples' gradients add up, the same at any number of threads, and the bases follow", "[trainer][adam]") {
  // 90 features of 7 bins: more weights than one piece holds.
  Encoding encoding;
  for (int j = 0; j < 90; ++j) {
    encoding.features.push_back({{0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F}, j % 3 == 0});
  }
  const BinLayout layout(encoding);
  std::mt19937_64 random(3);
  const Network start = busy_network(layout.num_columns, {9, 4}, random);
  std::vector<NetworkGradient> gradients;
  for (int i = 0; i < 3; ++i) gradients.push_back(busy_network(layout.num_columns, {9, 4}, random));
  const VectorXd sum = flat(gradients[0]) + flat(gradients[1]) + flat(gradients[2]);

  const auto stepped = [&](unsigned num_threads) {
    ThreadPool threads(num_threads);
    std::vector<NetworkGradient> own = gradients;
    Player player(start);
    FeatureMatrix bases = first_bases(layout, start.layers.front().weight);
    const double norm = descend({{player, {&own[0], &own[1], &own[2]}, 0.01, layout, bases}}, 3, threads).front();
    CHECK(norm == Approx(sum.norm()).epsilon(1e-6));
    CHECK(bases == first_bases(layout, player.weights.layers.front().weight));
    return player;
  };
  const Player one = stepped(1);
  const Player five = stepped(5);
  CHECK(flat(one.weights) == flat(five.weights));
  CHECK(flat(one.average) == flat(five.average));
  // The first step of every weight is the learning rate against its gradient's sign.
  for (Index i = 0; i < sum.size(); ++i) {
    if (std::abs(sum[i]) < 1e-3) continue;
    CHECK(flat(one.weights)[i] - flat(start)[i] == Approx(sum[i] > 0.0 ? -0.01 : 0.01).margin(1e-5));
  }
}

TEST_CASE("gradients are added up by halves, so that processes may each add up their part", "[trainer][adam]") {
  std::mt19937_64 random(5);
  const Network start = busy_network(1, {4}, random);
  std::vector<NetworkGradient> gradients;
  for (int i = 0; i < 5; ++i) gradients.push_back(busy_network(1, {4}, random));
  Network halves = gradients[0];
  for (std::size_t l = 0; l < halves.layers.size(); ++l) {
    const auto of = [&](int i) { return gradients[static_cast<std::size_t>(i)].layers[l].weight; };
    halves.layers[l].weight = ((of(0) + of(1)) + of(2)) + (of(3) + of(4));
  }
  ThreadPool threads(1);
  Player player(start);
  FeatureMatrix bases = first_bases(kLayout, start.layers.front().weight);
  std::vector<NetworkGradient*> each;
  for (NetworkGradient& gradient : gradients) each.push_back(&gradient);
  descend({{player, each, 0.01, kLayout, bases}}, 5, threads);
  for (std::size_t l = 0; l < halves.layers.size(); ++l) {
    CHECK(gradients[0].layers[l].weight == halves.layers[l].weight);
  }
}

TEST_CASE("examination offsets take the same steps in double", "[trainer][adam]") {
  PositionOffsets offsets(2);
  ScalarAdam first(0.0);
  ScalarAdam second(0.0);
  for (int t = 0; t < 50; ++t) {
    const VectorXd gradient = (VectorXd(2) << std::sin(0.3 * t), 0.2).finished();
    offsets.update(gradient, 0.02);
    first.update(gradient[0], 0.02);
    second.update(gradient[1], 0.02);
  }
  CHECK_THAT(offsets.value[0], WithinAbs(first.value, 1e-12));  // the same operations, but for their order
  CHECK_THAT(offsets.value[1], WithinAbs(second.value, 1e-12));
  CHECK(offsets.num_steps == 50);
}

TEST_CASE("a new network has weights of variance 1 / fan_in, biases 0, a last layer of a tenth", "[trainer][adam]") {
  std::mt19937_64 random(1);
  const Network network = random_network(100, {64, 32}, random);
  REQUIRE(network.layers.size() == 3);
  const std::vector<std::pair<int, int>> shapes{{100, 64}, {64, 32}, {32, 1}};
  for (std::size_t l = 0; l < 3; ++l) {
    const Network::Layer& layer = network.layers[l];
    CHECK(layer.weight.rows() == shapes[l].first);
    CHECK(layer.weight.cols() == shapes[l].second);
    CHECK(layer.bias == Eigen::VectorXf::Zero(layer.weight.cols()));
    const double scale = l == 2 ? 0.1 : 1.0;
    const double ratio = layer.weight.cast<double>().squaredNorm() / static_cast<double>(layer.weight.size()) /
                         (scale * scale / static_cast<double>(layer.weight.rows()));
    // The mean of n squared normals has the deviation sqrt(2/n).
    CHECK_THAT(ratio, WithinAbs(1.0, 4.0 * std::sqrt(2.0 / static_cast<double>(layer.weight.size()))));
  }
  std::mt19937_64 again(1);
  CHECK(flat(random_network(100, {64, 32}, again)) == flat(network));
  CHECK(random_network(5, {}, random).layers.size() == 1);
}

}  // namespace irgan::player_test
