#include "irgan/model.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "plugin/src/encoding/binned_rows.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/encoding/first_layer.h"
#include "plugin/src/model/file_bytes.h"
#include "plugin/src/model/model_codec.h"
#include "plugin/src/model/model_parts.h"
#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXf;

/// Networks whose scores are averaged, with what their first layers have ready.
struct Ensemble {
  const std::vector<Network>& networks;
  std::vector<FeatureMatrix> bases;

  Ensemble(const std::vector<Network>& all, const BinLayout& layout) : networks(all) {
    for (const Network& network : networks) bases.push_back(first_bases(layout, network.layers.front().weight));
  }

  VectorXf mean_score(const BinnedRows& rows) const {
    if (networks.empty()) throw Error("the model has no generator: it was trained without one");
    VectorXf sum = VectorXf::Zero(rows.num_rows);
    Network::Activations activations;
    for (std::size_t i = 0; i < networks.size(); ++i) sum += networks[i].forward(rows, bases[i], activations);
    return sum / static_cast<float>(networks.size());
  }
};

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

struct Model::State {
  ModelParts parts;
  BinLayout layout;
  Ensemble discriminators;
  Ensemble generators;
  std::vector<std::size_t> click_columns;  // none if there is no credit for documents that clicks do not know
  std::string bytes;
  std::string version;

  explicit State(ModelParts all)
      : parts(std::move(all)),
        layout(parts.encoding),
        discriminators(parts.discriminators, layout),
        generators(parts.generators, layout),
        bytes(encode_model(parts)),
        version(hex_digest(bytes)) {
    if (parts.unseen_credit != 0.0) click_columns = columns_from_clicks(parts.schema);
  }

  VectorXf unseen_credits(const Eigen::Ref<const FeatureMatrix>& rows) const {
    VectorXf credits = VectorXf::Zero(rows.rows());
    for (Index row = 0; row < rows.rows(); ++row) {
      const bool is_unseen = std::all_of(click_columns.begin(), click_columns.end(), [&](std::size_t column) {
        return std::isnan(rows(row, static_cast<Index>(column)));
      });
      if (is_unseen) credits[row] = static_cast<float>(parts.unseen_credit);
    }
    return credits;
  }
};

/// What model_parts.h does and the public header does not show.
struct ModelAccess {
  static std::shared_ptr<const Model> make(ModelParts parts) {
    return std::shared_ptr<const Model>(new Model(std::make_unique<const Model::State>(std::move(parts))));
  }
  static const ModelParts& parts(const Model& model) { return model.state_->parts; }
};

std::shared_ptr<const Model> model_of(ModelParts parts) { return ModelAccess::make(std::move(parts)); }
const ModelParts& parts_of(const Model& model) { return ModelAccess::parts(model); }

Model::Model(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::from_bytes(std::string_view bytes, const std::string& origin) {
  return model_of(decode_model(bytes, origin));
}

std::shared_ptr<const Model> Model::from_file(const std::string& path) { return from_bytes(read_file(path), path); }

std::string Model::to_bytes() const { return state_->bytes; }

VectorXf Model::score(const Eigen::Ref<const FeatureMatrix>& pool) const { return score(pool, state_->parts.ranker); }

VectorXf Model::score(const Eigen::Ref<const FeatureMatrix>& pool, Ranker ranker) const {
  return score_beside(pool, pool, ranker);
}

VectorXf Model::score_beside(const Eigen::Ref<const FeatureMatrix>& rows, const Eigen::Ref<const FeatureMatrix>& pool,
                             Ranker ranker) const {
  assert(pool.cols() == static_cast<Index>(state_->parts.schema.features.size()));
  assert(rows.cols() == pool.cols());
  BinnedRows binned;
  binned.bin(state_->layout, rows, pool_range(pool));
  const Mixture weights = mixture(ranker, state_->parts.temperature);
  VectorXf scores = VectorXf::Zero(rows.rows());
  if (weights.discriminator > 0.0F) scores += weights.discriminator * state_->discriminators.mean_score(binned);
  if (weights.generator > 0.0F) scores += weights.generator * state_->generators.mean_score(binned);
  if (!state_->click_columns.empty()) scores += weights.discriminator * state_->unseen_credits(rows);
  return scores;
}

FeatureMatrix Model::explain(const Eigen::Ref<const FeatureMatrix>& pool) const { return explain_beside(pool, pool); }

FeatureMatrix Model::explain_beside(const Eigen::Ref<const FeatureMatrix>& rows,
                                    const Eigen::Ref<const FeatureMatrix>& pool) const {
  constexpr int kMidpoints = 64;
  FeatureMatrix encoded;
  state_->parts.encoding.encode(rows, pool_range(pool), encoded);
  FeatureMatrix difference = encoded;
  const Eigen::RowVectorXf mean = encoded.colwise().mean();
  difference.rowwise() -= mean;
  const Mixture weights = mixture(state_->parts.ranker, state_->parts.temperature);
  FeatureMatrix gradient = FeatureMatrix::Zero(encoded.rows(), encoded.cols());
  for (int k = 0; k < kMidpoints; ++k) {
    FeatureMatrix points = difference * ((static_cast<float>(k) + 0.5F) / kMidpoints);
    points.rowwise() += mean;
    if (weights.discriminator > 0.0F)
      add_gradient(state_->parts.discriminators, points, weights.discriminator / kMidpoints, gradient);
    if (weights.generator > 0.0F)
      add_gradient(state_->parts.generators, points, weights.generator / kMidpoints, gradient);
  }
  FeatureMatrix contributions = FeatureMatrix::Zero(rows.rows(), rows.cols());
  const std::vector<Index> owner = state_->parts.encoding.feature_of_column();
  for (std::size_t c = 0; c < owner.size(); ++c) {
    const Index column = static_cast<Index>(c);
    contributions.col(owner[c]).array() += difference.col(column).array() * gradient.col(column).array();
  }
  if (!state_->click_columns.empty()) {
    const VectorXf credits = state_->unseen_credits(rows);
    contributions.col(static_cast<Index>(state_->click_columns.front())).array() +=
        weights.discriminator * (credits.array() - credits.mean());
  }
  return contributions;
}

const FeatureSchema& Model::schema() const { return state_->parts.schema; }
const IndexFacts& Model::index_facts() const { return state_->parts.facts; }
const CollectionGenerator* Model::collection() const {
  return state_->parts.collection ? &*state_->parts.collection : nullptr;
}
std::size_t Model::depth() const { return state_->parts.depth; }
Ranker Model::ranker() const { return state_->parts.ranker; }
const std::string& Model::training_record() const { return state_->parts.training_record; }
const std::string& Model::version() const { return state_->version; }

}  // namespace irgan
