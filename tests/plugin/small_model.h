/// Small networks and models, made by hand or at random.
#pragma once

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "plugin/src/model/model_parts.h"

namespace irgan {

/// A network of `sizes` inputs, hidden units, ... and one output, whose sums keep a size near `scale`.
inline Network random_network(const std::vector<Eigen::Index>& sizes, unsigned seed, float scale = 1.0F) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  Network network;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    const float size = scale / std::sqrt(static_cast<float>(sizes[l]));
    const auto draw = [&] { return size * normal(engine); };
    network.layers.push_back(
        {FeatureMatrix::NullaryExpr(sizes[l], sizes[l + 1], draw), Eigen::VectorXf::NullaryExpr(sizes[l + 1], draw)});
  }
  return network;
}

/// A pool of `num_rows` random rows; with `missing`, one number in eight is missing.
inline FeatureMatrix random_pool(Eigen::Index num_rows, Eigen::Index num_features, unsigned seed,
                                 bool missing = false) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  return FeatureMatrix::NullaryExpr(num_rows, num_features, [&] {
    const float x = normal(engine);
    return missing && engine() % 8 == 0 ? NAN : x;
  });
}

/// Features with and without bins and indicators, whose edges are of all sizes.
inline Encoding random_encoding(std::size_t num_features, std::mt19937_64& random) {
  Encoding encoding;
  for (std::size_t j = 0; j < num_features; ++j) {
    Encoding::Feature feature;
    const float size = std::pow(10.0F, static_cast<float>(random() % 9) - 4.0F);
    for (float edge = -2.0F; random() % 5 != 0 && feature.edges.size() < 12;) {
      feature.edges.push_back(size * edge);
      edge += 0.25F * static_cast<float>(1 + random() % 8);
    }
    feature.has_indicator = random() % 2 == 0;
    encoding.features.push_back(feature);
  }
  return encoding;
}

/// A model that adds up, over the features of `schema`, `weights` times where a value stands in its pool: -1/2 for the
/// smallest, 1/2 for the largest, 0 for a missing one.
inline ModelParts linear_model(FeatureSchema schema, const std::vector<float>& weights) {
  ModelParts parts;
  parts.encoding.features.resize(schema.features.size());
  parts.schema = std::move(schema);
  const auto num_inputs = static_cast<Eigen::Index>(weights.size());
  parts.discriminators = {
      {{{Eigen::Map<const FeatureMatrix>(weights.data(), num_inputs, 1), Eigen::VectorXf::Zero(1)}}}};
  return parts;
}

/// A model of ready-made rows with everything that a model can have: two features, one with bins and an indicator, and
/// two networks a player.
inline ModelParts full_model() {
  ModelParts parts;
  parts.schema.features = {"1", "2"};
  parts.encoding.features = {{{-1, 0, 2}, true}, {{}, false}};
  const Eigen::Index width = parts.encoding.width();
  parts.discriminators = {random_network({width, 3, 2, 1}, 1), random_network({width, 3, 2, 1}, 2)};
  parts.generators = {random_network({width, 2, 1}, 3), random_network({width, 2, 1}, 4)};
  parts.temperature = 0.5;
  parts.ranker = Ranker::combined;
  parts.depth = 40;
  parts.facts = {"0f6f5b70:a1", 12345, 87.25, "Q", std::nullopt};
  parts.training_record = R"({"epochs":3,"ndcg":0.1})";
  return parts;
}

}  // namespace irgan
