#include "irgan/model.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "plugin/src/model/model_parts.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXf;

VectorXf mean_score(const std::vector<Network>& networks, const FeatureMatrix& encoded) {
  if (networks.empty()) throw Error("the model has no generator: it was trained without one");
  VectorXf sum = VectorXf::Zero(encoded.rows());
  Network::Activations activations;
  for (const Network& network : networks) sum += network.forward(encoded, activations);
  return sum / static_cast<float>(networks.size());
}

// How much each player's mean score counts in what is served.
struct Mixture {
  float discriminator;
  float generator;
};

Mixture mixture(Ranker ranker, double temperature) {
  const float generator = static_cast<float>(1.0 / temperature);
  switch (ranker) {
    case Ranker::generator:
      return {0.0F, generator};
    case Ranker::combined:
      return {0.5F, 0.5F * generator};
    default:
      return {1.0F, 0.0F};
  }
}

// Adds `weight` times the networks' mean gradient at `points` to `gradient`.
void add_gradient(const std::vector<Network>& networks, const FeatureMatrix& points, float weight,
                  FeatureMatrix& gradient) {
  Network::Activations activations;
  for (const Network& network : networks) {
    network.forward(points, activations);
    gradient += weight / static_cast<float>(networks.size()) * network.input_gradient(activations, points.rows());
  }
}

}  // namespace

const char* to_string(Ranker ranker) {
  switch (ranker) {
    case Ranker::generator:
      return "generator";
    case Ranker::combined:
      return "combined";
    default:
      return "discriminator";
  }
}

Ranker ranker_from_string(const std::string& name) {
  for (const Ranker ranker : {Ranker::discriminator, Ranker::generator, Ranker::combined}) {
    if (name == to_string(ranker)) return ranker;
  }
  throw ConfigError("unknown ranker '" + name + "': discriminator, generator or combined");
}

Model::Model(ModelParts parts) : parts_(std::make_unique<const ModelParts>(std::move(parts))) {
  if (parts_->unseen_credit != 0.0) click_columns_ = columns_from_clicks(parts_->schema);
  bytes_ = encode_model(*parts_);
  version_ = hex_digest(bytes_);
}

Model::~Model() = default;

std::shared_ptr<const Model> Model::from_bytes(std::string_view bytes, const std::string& origin) {
  return std::make_shared<const Model>(decode_model(bytes, origin));
}

std::shared_ptr<const Model> Model::from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  try {
    bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  } catch (const std::ios_base::failure&) {  // a directory opens like a file
    file.close();
  }
  if (!file.is_open()) throw Error(path + ": cannot be read; is this the path of a model file?");
  return from_bytes(bytes, path);
}

std::string Model::to_bytes() const { return bytes_; }

VectorXf Model::score(const Eigen::Ref<const FeatureMatrix>& pool) const { return score(pool, parts_->ranker); }

VectorXf Model::score(const Eigen::Ref<const FeatureMatrix>& pool, Ranker ranker) const {
  return score_beside(pool, pool, ranker);
}

VectorXf Model::score_beside(const Eigen::Ref<const FeatureMatrix>& rows, const Eigen::Ref<const FeatureMatrix>& pool,
                             Ranker ranker) const {
  assert(pool.cols() == static_cast<Index>(parts_->schema.features.size()));
  assert(rows.cols() == pool.cols());
  FeatureMatrix encoded;
  parts_->encoding.encode(rows, pool_range(pool), encoded);
  const Mixture weights = mixture(ranker, parts_->temperature);
  VectorXf scores = VectorXf::Zero(rows.rows());
  if (weights.discriminator > 0.0F) scores += weights.discriminator * mean_score(parts_->discriminators, encoded);
  if (weights.generator > 0.0F) scores += weights.generator * mean_score(parts_->generators, encoded);
  if (!click_columns_.empty()) scores += weights.discriminator * unseen_credits(rows);
  return scores;
}

VectorXf Model::unseen_credits(const Eigen::Ref<const FeatureMatrix>& rows) const {
  VectorXf credits = VectorXf::Zero(rows.rows());
  for (Index row = 0; row < rows.rows(); ++row) {
    const bool is_unseen = std::all_of(click_columns_.begin(), click_columns_.end(), [&](std::size_t column) {
      return std::isnan(rows(row, static_cast<Index>(column)));
    });
    if (is_unseen) credits[row] = static_cast<float>(parts_->unseen_credit);
  }
  return credits;
}

FeatureMatrix Model::explain(const Eigen::Ref<const FeatureMatrix>& pool) const { return explain_beside(pool, pool); }

FeatureMatrix Model::explain_beside(const Eigen::Ref<const FeatureMatrix>& rows,
                                    const Eigen::Ref<const FeatureMatrix>& pool) const {
  constexpr int kMidpoints = 64;
  FeatureMatrix encoded;
  parts_->encoding.encode(rows, pool_range(pool), encoded);
  FeatureMatrix difference = encoded;
  const Eigen::RowVectorXf mean = encoded.colwise().mean();
  difference.rowwise() -= mean;
  const Mixture weights = mixture(parts_->ranker, parts_->temperature);
  FeatureMatrix gradient = FeatureMatrix::Zero(encoded.rows(), encoded.cols());
  for (int k = 0; k < kMidpoints; ++k) {
    FeatureMatrix points = difference * ((static_cast<float>(k) + 0.5F) / kMidpoints);
    points.rowwise() += mean;
    if (weights.discriminator > 0.0F)
      add_gradient(parts_->discriminators, points, weights.discriminator / kMidpoints, gradient);
    if (weights.generator > 0.0F) add_gradient(parts_->generators, points, weights.generator / kMidpoints, gradient);
  }
  FeatureMatrix contributions = FeatureMatrix::Zero(rows.rows(), rows.cols());
  const std::vector<Index> owner = parts_->encoding.feature_of_column();
  for (std::size_t c = 0; c < owner.size(); ++c) {
    const Index column = static_cast<Index>(c);
    contributions.col(owner[c]).array() += difference.col(column).array() * gradient.col(column).array();
  }
  if (!click_columns_.empty()) {
    const VectorXf credits = unseen_credits(rows);
    contributions.col(static_cast<Index>(click_columns_.front())).array() +=
        weights.discriminator * (credits.array() - credits.mean());
  }
  return contributions;
}

const FeatureSchema& Model::schema() const { return parts_->schema; }
const IndexFacts& Model::index_facts() const { return parts_->facts; }
std::size_t Model::depth() const { return parts_->depth; }
Ranker Model::ranker() const { return parts_->ranker; }
const std::string& Model::training_record() const { return parts_->training_record; }
const std::string& Model::version() const { return version_; }
const ModelParts& Model::parts() const { return *parts_; }

}  // namespace irgan
