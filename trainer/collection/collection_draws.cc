#include "trainer/collection/collection_draws.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace irgan {

std::vector<float> collection_scores(const CollectionVectors& vectors, const VectorQuery& query) {
  std::vector<float> scores(vectors.num_documents());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto [numbers, scale] = vectors.row(i);
    scores[i] = vector_score(query, numbers, scale);
  }
  return scores;
}

double log_partition(const std::vector<float>& scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0.0;
  for (const float score : scores) sum += std::exp(score - largest);
  return largest + std::log(sum);
}

std::vector<std::uint32_t> drawn_rows(const std::vector<float>& scores, double temperature, std::size_t count,
                                      std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(std::nextafter(0.0, 1.0), 1.0);
  std::vector<std::pair<double, std::uint32_t>> noisy(scores.size());
  for (std::size_t i = 0; i < noisy.size(); ++i) {
    const double gumbel = -std::log(-std::log(uniform(random)));
    noisy[i] = {-(scores[i] / temperature + gumbel), static_cast<std::uint32_t>(i)};
  }
  const auto end = noisy.begin() + static_cast<std::ptrdiff_t>(std::min(count, noisy.size()));
  std::partial_sort(noisy.begin(), end, noisy.end());
  std::vector<std::uint32_t> rows;
  for (auto one = noisy.begin(); one != end; ++one) rows.push_back(one->second);
  return rows;
}

}  // namespace irgan
