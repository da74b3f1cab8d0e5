#include "irgan/training_data.h"

#include <algorithm>
#include <cassert>
#include <cmath>

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
