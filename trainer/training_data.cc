#include "trainer/training_data.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>

#include "plugin/src/safetensors.h"

namespace irgan {
namespace {

constexpr double kLargestGrade = 1000.0;  // a sum of 2^1000 is finite

// The query, and what stood at which rank of its page.
std::string unit_of(const Example& example, const Pool& pool) {
  std::string unit = pool.query_id;
  for (std::size_t i = 0; i < example.ranks.size(); ++i) {
    unit += '\x1F' + std::to_string(example.ranks[i]) + ' ' + pool.document_ids[static_cast<std::size_t>(example.rows[i])];
  }
  return unit;
}

}  // namespace

const char* to_string(LabelKind kind) {
  switch (kind) {
    case LabelKind::clicks: return "clicks";
    case LabelKind::impressions: return "impressions";
    default: return "grades";
  }
}

LabelKind label_kind_from_string(const std::string& name) {
  for (const LabelKind kind : {LabelKind::grades, LabelKind::clicks, LabelKind::impressions}) {
    if (name == to_string(kind)) return kind;
  }
  throw ConfigError("unknown kind of labels '" + name + "': grades, clicks or impressions");
}

Eigen::VectorXd true_distribution(const Example& example, LabelKind kind) {
  Eigen::VectorXd gains = example.labels.cwiseMax(0.0);
  if (kind == LabelKind::grades) {  // 2^grade - 1, above 0 for the smallest grade too
    gains = gains.unaryExpr([](double grade) { return std::expm1(M_LN2 * std::min(grade, kLargestGrade)); });
  }
  assert(gains.sum() > 0.0);
  return gains / gains.sum();
}

bool is_informative(const Example& example) {
  return example.rows.size() >= 2 && example.labels.size() > 0 && example.labels.maxCoeff() > 0.0;
}

std::vector<double> query_weights(const std::vector<Example>& examples, LabelKind kind, const std::vector<Pool>& pools) {
  std::vector<double> weights;
  weights.reserve(examples.size());
  std::map<std::string, double> totals;  // of what would be one example but for the parts
  std::vector<const double*> total_of(examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    weights.push_back(examples[i].labels.cwiseMax(0.0).sum());
    double& total = totals[pools.empty() ? std::to_string(i) : unit_of(examples[i], pools[examples[i].pool])];
    total += weights.back();
    total_of[i] = &total;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double total = *total_of[i];
    const double share = total > 0.0 ? weights[i] / total : 1.0;  // exactly 1 where there is one example
    weights[i] = kind == LabelKind::grades ? 1.0 : std::sqrt(total) * share;
  }
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  for (double& weight : weights) weight /= mean > 0.0 ? mean : 1.0;
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
  }
  for (const Example& example : data.examples) {
    add(&example.pool, sizeof example.pool);
    add(example.rows.data(), example.rows.size() * sizeof(Eigen::Index));
    add(example.ranks.data(), example.ranks.size() * sizeof(int));
    add(example.labels.data(), static_cast<std::size_t>(example.labels.size()) * sizeof(double));
  }
  return hex_digest(digests);
}

}  // namespace irgan
