#include "irgan/measures.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

namespace irgan {
namespace {

template <typename Number>
double dcg(const std::vector<Number>& gains, int cutoff) {
  const std::size_t depth = cutoff == 0 ? gains.size() : std::min(gains.size(), static_cast<std::size_t>(cutoff));
  double sum = 0.0;
  for (std::size_t i = 0; i < depth; ++i) {
    if (gains[i] > 0) sum += static_cast<double>(gains[i]) / std::log2(static_cast<double>(i + 2));
  }
  return sum;
}

template <typename Number>
std::vector<Number> in_best_order(std::vector<Number> values) {
  std::sort(values.begin(), values.end(), std::greater<Number>());
  return values;
}

double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

int count_relevant(const std::vector<int>& ranked_labels, int depth, int level) {
  const auto end = ranked_labels.begin() + std::min<std::ptrdiff_t>(depth, ranked_labels.end() - ranked_labels.begin());
  return static_cast<int>(std::count_if(ranked_labels.begin(), end, [&](int label) { return label >= level; }));
}

// LETOR's DCG at every rank.
std::vector<double> letor_dcgs(const std::vector<int>& labels) {
  std::vector<double> dcgs(labels.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double rank = static_cast<double>(i + 1);
    sum += (std::exp2(std::max(labels[i], 0)) - 1.0) / (i < 2 ? 1.0 : std::log2(rank));
    dcgs[i] = sum;
  }
  return dcgs;
}

std::vector<double> letor_ndcgs(const std::vector<int>& ranked_labels) {
  std::vector<double> ndcgs = letor_dcgs(ranked_labels);
  const std::vector<double> ideal = letor_dcgs(in_best_order(ranked_labels));
  std::transform(ndcgs.begin(), ndcgs.end(), ideal.begin(), ndcgs.begin(), ratio);
  return ndcgs;
}

}  // namespace

double ndcg(const std::vector<int>& ranked_labels, const std::vector<int>& judged_labels, int cutoff) {
  assert(cutoff >= 0);
  return ratio(dcg(ranked_labels, cutoff), dcg(in_best_order(judged_labels), cutoff));
}

double average_precision(const std::vector<int>& ranked_labels, int num_relevant, int level) {
  assert(level >= 1);
  double sum = 0.0;
  int num_found = 0;
  for (std::size_t i = 0; i < ranked_labels.size(); ++i) {
    if (ranked_labels[i] >= level) sum += ++num_found / static_cast<double>(i + 1);
  }
  assert(num_found <= num_relevant);
  return ratio(sum, num_relevant);
}

double reciprocal_rank(const std::vector<int>& ranked_labels, int level) {
  assert(level >= 1);
  const auto first =
      std::find_if(ranked_labels.begin(), ranked_labels.end(), [&](int label) { return label >= level; });
  return first == ranked_labels.end() ? 0.0 : 1.0 / static_cast<double>(first - ranked_labels.begin() + 1);
}

double precision(const std::vector<int>& ranked_labels, int k, int level) {
  assert(k >= 1 && level >= 1);
  return static_cast<double>(count_relevant(ranked_labels, k, level)) / k;
}

double recall(const std::vector<int>& ranked_labels, int num_relevant, int k, int level) {
  assert(k >= 1 && level >= 1);
  return ratio(count_relevant(ranked_labels, k, level), num_relevant);
}

double letor_ndcg(const std::vector<int>& ranked_labels, int k) {
  assert(k >= 1);
  const std::vector<double> ndcgs = letor_ndcgs(ranked_labels);
  return static_cast<std::size_t>(k) <= ndcgs.size() ? ndcgs[k - 1] : 0.0;
}

double letor_mean_ndcg(const std::vector<int>& ranked_labels) {
  const std::vector<double> ndcgs = letor_ndcgs(ranked_labels);
  return ratio(std::accumulate(ndcgs.begin(), ndcgs.end(), 0.0), static_cast<double>(ndcgs.size()));
}

double letor_average_precision(const std::vector<int>& ranked_labels) {
  const int num_relevant = count_relevant(ranked_labels, static_cast<int>(ranked_labels.size()), 1);
  return average_precision(ranked_labels, num_relevant, 1);
}

double ndcg_of_gains(const Eigen::Ref<const Eigen::VectorXd>& scores, const Eigen::Ref<const Eigen::VectorXd>& gains,
                     int cutoff) {
  return ndcg_of_gains(scores, gains, gains, cutoff);
}

double ndcg_of_gains(const Eigen::Ref<const Eigen::VectorXd>& scores, const Eigen::Ref<const Eigen::VectorXd>& gains,
                     const Eigen::Ref<const Eigen::VectorXd>& ideal_gains, int cutoff) {
  assert(scores.size() == gains.size() && scores.allFinite() && cutoff >= 0);
  std::vector<Eigen::Index> order(static_cast<std::size_t>(scores.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return scores[a] > scores[b]; });

  std::vector<double> ranked_gains(order.size());
  std::transform(order.begin(), order.end(), ranked_gains.begin(), [&](Eigen::Index row) { return gains[row]; });
  return ratio(dcg(ranked_gains, cutoff),
               dcg(in_best_order(std::vector<double>(ideal_gains.begin(), ideal_gains.end())), cutoff));
}

}  // namespace irgan
