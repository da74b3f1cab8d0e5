/// A model's scores against the definition, a number at a time in doubles: what each instruction set's build must give.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "irgan/model.h"
#include "tests/plugin/small_model.h"

namespace irgan::scalar_reference_test {

using Eigen::Index;

namespace {

using Random = std::mt19937_64;
using Numbers = std::vector<double>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The smallest and the largest number of a column, missing ones left out; 0, 0 if there is none.
std::pair<double, double> range_of(const FeatureMatrix& pool, Index column) {
  double low = kNone, high = kNone;
  for (Index i = 0; i < pool.rows(); ++i) {
    const double x = pool(i, column);
    if (std::isnan(x)) continue;
    low = std::isnan(low) ? x : std::min(low, x);
    high = std::isnan(high) ? x : std::max(high, x);
  }
  return std::isnan(low) ? std::pair(0.0, 0.0) : std::pair(low, high);
}

double clipped(double share) { return std::min(std::max(share, 0.0), 1.0); }

Numbers encoded(const Encoding& encoding, const FeatureMatrix& pool, Index row) {
  Numbers columns;
  for (std::size_t j = 0; j < encoding.features.size(); ++j) {
    const Encoding::Feature& feature = encoding.features[j];
    const double x = pool(row, static_cast<Index>(j));
    const auto [low, high] = range_of(pool, static_cast<Index>(j));
    const bool missing = std::isnan(x);
    for (std::size_t k = 0; k + 1 < feature.edges.size(); ++k) {
      const double a = feature.edges[k], b = feature.edges[k + 1];
      columns.push_back(missing ? 0.0 : clipped((x - a) / (b - a)) - 0.5);
    }
    const double extent = std::max(high - low, 1e-6);
    columns.push_back(missing ? 0.0 : (high > low ? clipped((x - low) / extent) : 0.0) - 0.5);
    if (feature.has_indicator) columns.push_back(missing ? 1.0 : 0.0);
  }
  return columns;
}

double score(const Network& network, Numbers inputs) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Network::Layer& layer = network.layers[l];
    Numbers outputs;
    for (Index out = 0; out < layer.weight.cols(); ++out) {
      double sum = layer.bias[out];
      for (Index in = 0; in < layer.weight.rows(); ++in)
        sum += inputs[static_cast<std::size_t>(in)] * layer.weight(in, out);
      outputs.push_back(l + 1 < network.layers.size() ? std::tanh(sum) : sum);
    }
    inputs = outputs;
  }
  return inputs.front();
}

double mean_score(const std::vector<Network>& networks, const Numbers& inputs) {
  double sum = 0.0;
  for (const Network& network : networks) sum += score(network, inputs);
  return sum / static_cast<double>(networks.size());
}

// Numbers of all sizes, missing and equal ones, and those of the edges themselves.
FeatureMatrix random_rows(const Encoding& encoding, Random& random) {
  const auto num_features = static_cast<Index>(encoding.features.size());
  std::normal_distribution<float> normal;
  FeatureMatrix pool(static_cast<Index>(random() % 60), num_features);
  for (Index j = 0; j < num_features; ++j) {
    const std::vector<float>& edges = encoding.features[static_cast<std::size_t>(j)].edges;
    const float size = edges.empty() ? 1.0F : std::abs(edges.front());
    const bool is_constant = random() % 8 == 0;
    for (Index i = 0; i < pool.rows(); ++i) {
      switch (random() % 8) {
        case 0:
          pool(i, j) = NAN;
          break;
        case 1:
          pool(i, j) = edges.empty() ? 0.0F : edges[random() % edges.size()];
          break;
        case 2:
          pool(i, j) = 1e20F * normal(random);
          break;
        default:
          pool(i, j) = size * normal(random);
      }
      if (is_constant && i > 0) pool(i, j) = pool(0, j);
    }
  }
  return pool;
}

std::vector<Network> random_networks(Index width, std::size_t count, Random& random) {
  std::vector<Index> sizes{width};
  for (std::size_t l = 0; l < random() % 3; ++l) sizes.push_back(static_cast<Index>(1 + random() % 130));
  sizes.push_back(1);
  std::vector<Network> networks;
  for (std::size_t n = 0; n < count; ++n) networks.push_back(random_network(sizes, static_cast<unsigned>(random())));
  return networks;
}

}  // namespace

TEST_CASE("scores are those of the definition in doubles", "[plugin][model][scalar]") {
  std::size_t num_scores = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    ModelParts parts;
    for (std::size_t j = 0; j < 1 + random() % 30; ++j) parts.schema.features.push_back(std::to_string(j + 1));
    parts.encoding = random_encoding(parts.schema.features.size(), random);
    const std::size_t num_networks = 1 + random() % 3;
    parts.discriminators = random_networks(parts.encoding.width(), num_networks, random);
    parts.generators = random_networks(parts.encoding.width(), num_networks, random);
    parts.temperature = 0.25 * static_cast<double>(1 + random() % 8);
    const FeatureMatrix pool = random_rows(parts.encoding, random);
    const std::shared_ptr<const Model> model = model_of(parts);

    const Eigen::VectorXf of_discriminator = model->score(pool, Ranker::discriminator);
    const Eigen::VectorXf of_generator = model->score(pool, Ranker::generator);
    const Eigen::VectorXf combined = model->score(pool, Ranker::combined);
    for (Index i = 0; i < pool.rows(); ++i) {
      const Numbers inputs = encoded(parts.encoding, pool, i);
      const double s = mean_score(parts.discriminators, inputs);
      const double g = mean_score(parts.generators, inputs) / parts.temperature;
      // Some hundred products of numbers near 1, each rounded to 24 bits, and as many where the layers' sums are large.
      const double tolerance = 1e-5 * (1.0 + std::abs(s) + std::abs(g)) / std::min(1.0, parts.temperature);
      CAPTURE(i, s, g);
      CHECK(std::abs(of_discriminator[i] - s) <= tolerance);
      CHECK(std::abs(of_generator[i] - g) <= tolerance);
      CHECK(std::abs(combined[i] - 0.5 * (s + g)) <= tolerance);
      ++num_scores;
    }
  }
  CHECK(num_scores > 3000);
}

}  // namespace irgan::scalar_reference_test
