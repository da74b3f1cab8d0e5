#include "trainer/negatives/negative_draws.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace irgan {
namespace {

// Uniform in (0, 1), the same on every machine, which std::uniform_real_distribution does not promise.
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; }

std::size_t below(std::size_t end, std::mt19937_64& random) {
  return std::min(end - 1, static_cast<std::size_t>(uniform(random) * static_cast<double>(end)));
}

}  // namespace

RowOrder by_value(const std::vector<double>& values) {
  RowOrder order;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!std::isnan(values[row])) order.push_back(row);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

RowOrder shuffled(RowOrder rows, std::mt19937_64& random) {
  for (std::size_t left = rows.size(); left > 1; --left) std::swap(rows[left - 1], rows[below(left, random)]);
  return rows;
}

RowOrder drawn_by_weight(const std::vector<double>& log_weights, std::mt19937_64& random) {
  std::vector<double> noisy(log_weights.size());
  for (std::size_t row = 0; row < noisy.size(); ++row) {
    const double gumbel = -std::log(-std::log(uniform(random)));
    noisy[row] = std::isfinite(log_weights[row]) ? log_weights[row] + gumbel : std::nan("");
  }
  return by_value(noisy);
}

RowOrder drawn_by_best_of(const std::vector<double>& scores, int num_draws, std::mt19937_64& random) {
  RowOrder left = by_value(scores);  // the best first, so that the smallest position drawn is the best
  RowOrder order;
  while (!left.empty()) {
    std::size_t best = left.size();
    for (int i = 0; i < num_draws; ++i) best = std::min(best, below(left.size(), random));
    order.push_back(left[best]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return order;
}

std::vector<double> ambiguous_log_weights(const std::vector<double>& scores, double positive_score, double sharpness,
                                          double offset) {
  std::vector<double> log_weights;
  for (const double score : scores) {
    const double distance = score - positive_score - offset;
    log_weights.push_back(-sharpness * distance * distance);
  }
  return log_weights;
}

std::vector<std::size_t> apportioned(std::size_t total, const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  assert(sum > 0.0);
  std::vector<std::size_t> parts;
  std::vector<double> remainders;
  std::size_t given = 0;
  for (const double share : shares) {
    const double exact = static_cast<double>(total) * share / sum;
    parts.push_back(static_cast<std::size_t>(exact));
    remainders.push_back(exact - std::floor(exact));
    given += parts.back();
  }
  for (const std::size_t i : by_value(remainders)) {
    if (given == total) break;
    if (shares[i] <= 0.0) continue;
    ++parts[i];
    ++given;
  }
  return parts;
}

std::vector<Pick> mixed(const std::vector<RowOrder>& orders, const std::vector<std::size_t>& wanted,
                        const std::function<bool(std::size_t row)>& accepts) {
  std::vector<Pick> picks;
  std::unordered_set<std::size_t> seen;
  const auto take = [&](std::size_t source, std::size_t count) {
    for (const std::size_t row : orders[source]) {
      if (count == 0) return;
      if (!seen.insert(row).second || !accepts(row)) continue;
      picks.push_back({row, source});
      --count;
    }
  };
  std::size_t total = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    take(i, wanted[i]);
    total += wanted[i];
  }
  for (std::size_t i = 0; i < orders.size() && picks.size() < total; ++i) take(i, total - picks.size());
  return picks;
}

}  // namespace irgan
