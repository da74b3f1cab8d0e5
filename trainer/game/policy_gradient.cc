#include "trainer/game/policy_gradient.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "trainer/game/softmax.h"

namespace irgan {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd rewards(const Eigen::Ref<const VectorXd>& logits, Reward reward) {
  if (reward == Reward::sigmoid) return logits.unaryExpr([](double f) { return 2.0 * sigmoid(f) - 1.0; });
  return logits.unaryExpr([](double f) { return softplus(f); });
}

VectorXd policy_gradient(const Eigen::Ref<const VectorXd>& probabilities, const Eigen::Ref<const VectorXd>& reward,
                         double tau) {
  assert(probabilities.size() == reward.size() && tau > 0.0);
  const double baseline = probabilities.dot(reward);
  return -probabilities.array() * (reward.array() - baseline) / tau;
}

VectorXd policy_gradient(const Eigen::Ref<const VectorXd>& probabilities, const std::vector<Draw>& draws, double tau) {
  assert(!draws.empty() && tau > 0.0);
  double total = 0.0;
  VectorXd picked = VectorXd::Zero(probabilities.size());
  for (const Draw& draw : draws) {
    picked[draw.row] += draw.advantage;
    total += draw.advantage;
  }
  return (total * probabilities - picked) / (tau * static_cast<double>(draws.size()));
}

std::vector<Draw> leave_one_out_advantages(const std::vector<Index>& rows, const Eigen::Ref<const VectorXd>& reward) {
  assert(static_cast<Index>(rows.size()) == reward.size());
  const double total = reward.sum();
  const double others = static_cast<double>(rows.size()) - 1.0;
  std::vector<Draw> draws;
  draws.reserve(rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double own = reward[static_cast<Index>(k)];
    draws.push_back({rows[k], own - (others > 0.0 ? (total - own) / others : 0.0)});
  }
  return draws;
}

std::vector<Index> draw_rows(const Eigen::Ref<const VectorXd>& probabilities, int count, std::mt19937_64& random) {
  std::vector<double> cumulative(static_cast<std::size_t>(probabilities.size()));
  std::partial_sum(probabilities.begin(), probabilities.end(), cumulative.begin());
  std::uniform_real_distribution<double> uniform(0.0, cumulative.back());
  std::vector<Index> rows;
  rows.reserve(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) {
    const auto position = std::upper_bound(cumulative.begin(), cumulative.end(), uniform(random));
    rows.push_back(std::min<Index>(position - cumulative.begin(), probabilities.size() - 1));
  }
  return rows;
}

}  // namespace irgan
