#include "trainer/evidence/examination.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace irgan {
namespace {

constexpr int kRounds = 100;
constexpr double kConverged = 1e-6;  // of a factor; the clicks' own noise is far larger

// Calls `each` with the begin and end of every pair that was clicked, and shown at two ranks or more.
template <class Each>
void for_telling_pairs(const std::vector<PairAtRank>& counts, std::size_t num_ranks, Each each) {
  for (std::size_t begin = 0; begin < counts.size();) {
    std::size_t end = begin;
    double clicks = 0.0;
    std::size_t num_shown = 0;
    for (; end < counts.size() && counts[end].pair == counts[begin].pair; ++end) {
      if (counts[end].rank < 1 || static_cast<std::size_t>(counts[end].rank) > num_ranks) continue;
      clicks += counts[end].clicks;
      if (counts[end].shown > 0.0) ++num_shown;
    }
    if (clicks > 0.0 && num_shown > 1) each(begin, end);
    begin = end;
  }
}

std::vector<PairAtRank> telling_entries(const std::vector<PairAtRank>& counts, std::size_t num_ranks) {
  std::vector<PairAtRank> entries;
  for_telling_pairs(counts, num_ranks, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const bool is_within = counts[i].rank >= 1 && static_cast<std::size_t>(counts[i].rank) <= num_ranks;
      if (is_within && counts[i].shown > 0.0) entries.push_back(counts[i]);
    }
  });
  return entries;
}

// Which ranks are joined to rank 1 by documents shown at both.
std::vector<bool> joined_to_first(const std::vector<PairAtRank>& entries, std::size_t num_ranks) {
  std::vector<std::size_t> parent(num_ranks);
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t rank) {
    while (parent[rank] != rank) rank = parent[rank] = parent[parent[rank]];
    return rank;
  };
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].pair != entries[i - 1].pair) continue;
    parent[root(static_cast<std::size_t>(entries[i].rank - 1))] =
        root(static_cast<std::size_t>(entries[i - 1].rank - 1));
  }
  std::vector<bool> joined(num_ranks);
  for (std::size_t rank = 0; rank < num_ranks; ++rank) joined[rank] = root(rank) == root(0);
  return joined;
}

}  // namespace

std::size_t num_telling_pairs(const std::vector<PairAtRank>& counts, std::size_t num_ranks) {
  std::size_t number = 0;
  for_telling_pairs(counts, num_ranks, [&](std::size_t, std::size_t) { ++number; });
  return number;
}

std::vector<double> estimate_examination(const std::vector<PairAtRank>& counts, std::size_t num_ranks) {
  const std::vector<PairAtRank> entries = telling_entries(counts, num_ranks);
  std::vector<double> examination(num_ranks, 1.0);
  std::vector<double> clicks(num_ranks, 0.0);
  for (const PairAtRank& entry : entries) clicks[static_cast<std::size_t>(entry.rank - 1)] += entry.clicks;
  double change = 1.0;
  for (int round = 0; round < kRounds && change > kConverged; ++round) {
    std::vector<double> expected(num_ranks, 0.0);  // clicks if every rank were looked at
    for (std::size_t begin = 0; begin < entries.size();) {
      std::size_t end = begin;
      double pair_clicks = 0.0;
      double pair_looks = 0.0;
      for (; end < entries.size() && entries[end].pair == entries[begin].pair; ++end) {
        pair_clicks += entries[end].clicks;
        pair_looks += entries[end].shown * examination[static_cast<std::size_t>(entries[end].rank - 1)];
      }
      const double relevance = pair_looks > 0.0 ? pair_clicks / pair_looks : 0.0;
      for (std::size_t i = begin; i < end; ++i) {
        expected[static_cast<std::size_t>(entries[i].rank - 1)] += entries[i].shown * relevance;
      }
      begin = end;
    }
    change = 0.0;
    for (std::size_t rank = 0; rank < num_ranks; ++rank) {
      if (expected[rank] <= 0.0) continue;
      const double next = clicks[rank] / expected[rank];
      change = std::max(change, std::abs(next - examination[rank]));
      examination[rank] = next;
    }
    const double first = examination[0];
    if (first <= 0.0) break;
    for (double& value : examination) value /= first;
  }
  const std::vector<bool> joined = joined_to_first(entries, num_ranks);
  bool any_joined = false;
  for (std::size_t rank = 1; rank < num_ranks; ++rank) any_joined = any_joined || joined[rank];
  for (std::size_t rank = 0; rank < num_ranks; ++rank) {
    if (!any_joined || !joined[rank] || clicks[0] <= 0.0) examination[rank] = std::numeric_limits<double>::quiet_NaN();
  }
  return examination;
}

}  // namespace irgan
