#include "trainer/training/query_ndcg.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "irgan/measures.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kCutoff = 10;
constexpr double kMaxClickWeight = 20.0;  // a click on a page's last rank must not outweigh all others

VectorXd corrected_gains(const Example& example, LabelKind kind, const VectorXd& offsets) {
  VectorXd gains = true_distribution(example, kind);
  for (std::size_t i = 0; i < example.ranks.size() && offsets.size() > 0; ++i) {
    const Index rank = std::min<Index>(example.ranks[i], offsets.size());
    gains[static_cast<Index>(i)] *= std::min(std::exp(offsets[0] - offsets[rank - 1]), kMaxClickWeight);
  }
  return gains;
}

}  // namespace

double example_ndcg(const Example& example, LabelKind kind, const VectorXd& offsets, const VectorXd& scores_of_pool) {
  const VectorXd of_example = scores_of_pool(example.rows);
  return ndcg_of_gains(of_example, corrected_gains(example, kind, offsets), kCutoff);
}

IdealGains ideal_gains_of(const TrainingData& a, const TrainingData& b) {
  IdealGains ideals;
  if (&a == &b || is_of_pages(a.labels)) return ideals;
  std::map<std::string, std::map<std::string, double>> gains_of_query;
  std::set<std::string> without;  // whose documents have no ids, or that have several examples
  for (const TrainingData* data : {&a, &b}) {
    std::set<std::string> seen;
    for (const Example& example : data->examples) {
      const Pool& pool = data->pools[example.pool];
      if (!seen.insert(pool.query_id).second || pool.document_ids.empty()) without.insert(pool.query_id);
      if (without.count(pool.query_id) > 0) continue;
      const VectorXd gains = gains_of(example, data->labels);
      for (std::size_t i = 0; i < example.rows.size(); ++i) {
        double& gain = gains_of_query[pool.query_id][pool.document_ids[static_cast<std::size_t>(example.rows[i])]];
        gain = std::max(gain, gains[static_cast<Index>(i)]);
      }
    }
  }
  for (const auto& [query, gains] : gains_of_query) {
    if (without.count(query) > 0) continue;
    VectorXd& ideal = ideals[query] = VectorXd(static_cast<Index>(gains.size()));
    std::transform(gains.begin(), gains.end(), ideal.begin(), [](const auto& gain) { return gain.second; });
  }
  return ideals;
}

std::map<std::string, double> query_ndcg(const TrainingData& data, const VectorXd& offsets,
                                         const std::function<VectorXd(const Pool&)>& scores, const IdealGains& ideals) {
  std::map<std::string, std::pair<double, double>> sums;  // of nDCG, and how many
  const auto add = [&](const Pool& pool, double ndcg) {
    auto& [sum, count] = sums[pool.query_id];
    sum += ndcg;
    count += 1.0;
  };
  for (const Example& example : data.examples) {
    const Pool& pool = data.pools[example.pool];
    const auto ideal = ideals.find(pool.query_id);
    if (ideal != ideals.end() && ideal->second.sum() > 0.0) {
      const VectorXd of_example = scores(pool)(example.rows);
      add(pool, ndcg_of_gains(of_example, gains_of(example, data.labels), ideal->second, kCutoff));
    } else if (is_informative(example)) {
      add(pool, example_ndcg(example, data.labels, offsets, scores(pool)));
    }
  }
  std::map<std::string, double> means;
  for (const auto& [query, sum] : sums) means[query] = sum.first / sum.second;
  return means;
}

std::map<std::string, double> query_ndcg(const TrainingData& data, const VectorXd& offsets, const Model& model,
                                         const IdealGains& ideals) {
  const auto scores = [&](const Pool& pool) -> VectorXd {
    return model.score_beside(pool.rows, pool.found_rows(), model.ranker()).cast<double>();
  };
  return query_ndcg(data, offsets, scores, ideals);
}

}  // namespace irgan
