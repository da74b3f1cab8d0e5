#include "trainer/training/query_ndcg.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "irgan/measures.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kCutoff = 10;
constexpr double kMaxClickWeight = 20.0;  // a click on a page's last rank must not outweigh all others

VectorXd gains_of(const Example& example, LabelKind kind, const VectorXd& offsets) {
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
  return ndcg_of_gains(of_example, gains_of(example, kind, offsets), kCutoff);
}

std::map<std::string, double> query_ndcg(const TrainingData& data, const VectorXd& offsets,
                                         const std::function<VectorXd(const Pool&)>& scores) {
  std::map<std::string, std::pair<double, double>> sums;  // of nDCG, and how many
  for (const Example& example : data.examples) {
    if (!is_informative(example)) continue;
    const Pool& pool = data.pools[example.pool];
    auto& [sum, count] = sums[pool.query_id];
    sum += example_ndcg(example, data.labels, offsets, scores(pool));
    count += 1.0;
  }
  std::map<std::string, double> means;
  for (const auto& [query, sum] : sums) means[query] = sum.first / sum.second;
  return means;
}

std::map<std::string, double> query_ndcg(const TrainingData& data, const VectorXd& offsets, const Model& model) {
  return query_ndcg(data, offsets, [&](const Pool& pool) -> VectorXd {
    return model.score_beside(pool.rows, pool.found_rows(), model.ranker()).cast<double>();
  });
}

}  // namespace irgan
