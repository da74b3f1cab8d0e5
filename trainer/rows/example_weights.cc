#include "trainer/rows/example_weights.h"

#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>

namespace irgan {

std::vector<double> query_weights(const std::vector<Example>& examples, LabelKind kind, QueryWeight weight,
                                  const std::vector<Pool>& pools, double beside_pages) {
  std::vector<const Example*> each;
  for (const Example& example : examples) each.push_back(&example);
  return weights_of(each, kind, weight, pools, beside_pages);
}

std::vector<double> weights_of(const std::vector<const Example*>& examples, LabelKind kind, QueryWeight weight,
                               const std::vector<Pool>& pools, double beside_pages) {
  std::vector<double> weights(examples.size(), 1.0);
  if (kind != LabelKind::grades) {
    std::unordered_map<std::string, double> clicks_of_query;
    std::vector<const double*> clicks(examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      weights[i] = is_beside_pages(*examples[i], kind) ? 0.0 : examples[i]->labels.cwiseMax(0.0).sum();
      const std::size_t pool = examples[i]->pool;
      double& sum = clicks_of_query[pools.empty() ? std::to_string(pool) : pools[pool].query_id];
      sum += weights[i];
      clicks[i] = &sum;
    }
    for (std::size_t i = 0; i < examples.size(); ++i) {
      if (is_beside_pages(*examples[i], kind)) weights[i] = beside_pages * *clicks[i];
      if (!(*clicks[i] > 0.0) || weight == QueryWeight::clicks) continue;
      weights[i] /= weight == QueryWeight::one ? *clicks[i] : std::sqrt(*clicks[i]);
    }
  }
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  for (double& one : weights) one /= mean > 0.0 ? mean : 1.0;
  return weights;
}

}  // namespace irgan
