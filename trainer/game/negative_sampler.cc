#include "trainer/game/negative_sampler.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

namespace irgan {

Eigen::VectorXd mixed_with_uniform(const Eigen::Ref<const Eigen::VectorXd>& probabilities, double lambda) {
  assert(probabilities.size() > 0);
  return (1.0 - lambda) * probabilities.array() + lambda / static_cast<double>(probabilities.size());
}

Eigen::VectorXd dynamic_negatives(const Eigen::Ref<const Eigen::VectorXd>& scores, int num_draws) {
  const Eigen::Index n = scores.size();
  std::vector<Eigen::Index> ascending(static_cast<std::size_t>(n));
  std::iota(ascending.begin(), ascending.end(), Eigen::Index{0});
  std::stable_sort(ascending.begin(), ascending.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return scores[a] < scores[b]; });
  Eigen::VectorXd chances(n);
  double below = 0.0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const double up_to = std::pow(static_cast<double>(i + 1) / static_cast<double>(n), num_draws);
    chances[ascending[static_cast<std::size_t>(i)]] = up_to - below;
    below = up_to;
  }
  return chances;
}

}  // namespace irgan
