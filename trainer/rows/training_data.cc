#include "irgan/training_data.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "plugin/src/model/safetensors.h"

namespace irgan {
namespace {

constexpr double kLargestFiniteGrade = 1000.0;  // a sum of 2^1000 is finite

}  // namespace

const char* to_string(LabelKind kind) {
  switch (kind) {
    case LabelKind::clicks:
      return "clicks";
    case LabelKind::impressions:
      return "impressions";
    case LabelKind::shown:
      return "shown";
    default:
      return "grades";
  }
}

LabelKind label_kind_from_string(const std::string& name) {
  for (const LabelKind kind : {LabelKind::grades, LabelKind::clicks, LabelKind::impressions, LabelKind::shown}) {
    if (name == to_string(kind)) return kind;
  }
  throw ConfigError("unknown kind of labels '" + name + "': grades, clicks, impressions or shown");
}

Eigen::VectorXd gains_of(const Example& example, LabelKind kind) {
  Eigen::VectorXd gains = example.labels.cwiseMax(0.0);
  if (kind == LabelKind::grades) {  // 2^grade - 1, above 0 for the smallest grade too
    gains = gains.unaryExpr([](double grade) { return std::expm1(M_LN2 * std::min(grade, kLargestFiniteGrade)); });
  }
  return gains;
}

Eigen::VectorXd true_distribution(const Example& example, LabelKind kind) {
  const Eigen::VectorXd gains = gains_of(example, kind);
  assert(gains.sum() > 0.0);
  return gains / gains.sum();
}

bool is_informative(const Example& example) {
  return example.rows.size() >= 2 && example.labels.size() > 0 && example.labels.maxCoeff() > 0.0;
}

std::vector<double> query_weights(const std::vector<Example>& examples, LabelKind kind, QueryWeight weight,
                                  const std::vector<Pool>& pools, double beside_pages) {
  std::vector<double> weights(examples.size(), 1.0);
  if (kind != LabelKind::grades) {
    std::unordered_map<std::string, double> clicks_of_query;
    std::vector<const double*> clicks(examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      weights[i] = is_beside_pages(examples[i], kind) ? 0.0 : examples[i].labels.cwiseMax(0.0).sum();
      const std::size_t pool = examples[i].pool;
      double& sum = clicks_of_query[pools.empty() ? std::to_string(pool) : pools[pool].query_id];
      sum += weights[i];
      clicks[i] = &sum;
    }
    for (std::size_t i = 0; i < examples.size(); ++i) {
      if (is_beside_pages(examples[i], kind)) weights[i] = beside_pages * *clicks[i];
      if (!(*clicks[i] > 0.0) || weight == QueryWeight::clicks) continue;
      weights[i] /= weight == QueryWeight::one ? *clicks[i] : std::sqrt(*clicks[i]);
    }
  }
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  for (double& one : weights) one /= mean > 0.0 ? mean : 1.0;
  return weights;
}

std::string fingerprint(const TrainingData& data) {
  // One digest a part, then a digest of those: the whole never stands in memory twice.
  std::string digests = schema_to_json(data.schema) + to_string(data.labels) + std::to_string(data.depth);
  const auto add = [&](const void* bytes, std::size_t size) {
    digests += hex_digest(std::string_view(static_cast<const char*>(bytes), size));
  };
  for (const Pool& pool : data.pools) {
    add(pool.query_id.data(), pool.query_id.size());
    add(pool.rows.data(), static_cast<std::size_t>(pool.rows.size()) * sizeof(float));
    if (pool.num_added > 0) add(&pool.num_added, sizeof pool.num_added);
  }
  if (data.generator) {
    const Towers& towers = data.generator->towers;
    digests += towers.basis + std::to_string(data.generator->num_picks);
    add(towers.weight.data(), static_cast<std::size_t>(towers.weight.size()) * sizeof(float));
    add(&towers.scale, sizeof towers.scale);
  }
  for (const Example& example : data.examples) {
    add(&example.pool, sizeof example.pool);
    add(example.rows.data(), example.rows.size() * sizeof(Eigen::Index));
    add(example.ranks.data(), example.ranks.size() * sizeof(int));
    add(example.labels.data(), static_cast<std::size_t>(example.labels.size()) * sizeof(double));
    add(example.shown.data(), static_cast<std::size_t>(example.shown.size()) * sizeof(double));
    if (example.last_clicks.size() > 0)
      add(example.last_clicks.data(), static_cast<std::size_t>(example.last_clicks.size()) * sizeof(double));
  }
  return hex_digest(digests);
}

}  // namespace irgan
