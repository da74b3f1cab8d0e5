#include "trainer/training/false_negatives.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "plugin/src/encoding/first_layer.h"
#include "trainer/game/softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

std::vector<Index> shuffled_rows(const std::set<Index>& rows, std::mt19937_64& random) {
  std::vector<Index> order(rows.begin(), rows.end());
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

}  // namespace

HiddenPositives::HiddenPositives(const TrainingData& data, std::uint64_t seed) : data_(data) {
  std::map<std::size_t, std::set<Index>> positives;  // by pool: a query's pages share it
  for (const Example& example : data.examples) {
    for (std::size_t i = 0; i < example.rows.size(); ++i) {
      if (example.labels[static_cast<Index>(i)] > 0.0) positives[example.pool].insert(example.rows[i]);
    }
  }
  for (const auto& [pool, rows] : positives) {
    if (rows.size() < 2) continue;
    std::mt19937_64 random(seed + 0x9E3779B97F4A7C15ULL * (pool + 1));
    const std::vector<Index> order = shuffled_rows(rows, random);
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
    queries_.push_back({pool, {order.begin(), middle}, {middle, order.end()}});
  }
}

std::vector<HiddenHits> HiddenPositives::hits(const std::vector<Network>& generators,
                                              const std::vector<double>& temperatures, const BinLayout& layout,
                                              ThreadPool& threads) const {
  std::vector<std::vector<HiddenHits>> each(queries_.size(), std::vector<HiddenHits>(temperatures.size()));
  std::vector<FeatureMatrix> bases;
  bases.reserve(generators.size());
  for (const Network& generator : generators) bases.push_back(first_bases(layout, generator.layers.front().weight));
  std::vector<BinnedRows> rows(threads.num_threads());
  threads.for_each(queries_.size(), [&](std::size_t i, unsigned thread) {
    const Query& query = queries_[i];
    const Pool& pool = data_.pools[query.pool];
    rows[thread].bin(layout, pool.rows, pool.range);
    VectorXd logits = VectorXd::Zero(pool.rows.rows());
    Network::Activations activations;
    for (std::size_t g = 0; g < generators.size(); ++g) {
      logits += generators[g].forward(rows[thread], bases[g], activations).cast<double>() /
                static_cast<double>(generators.size());
    }
    const double num_unknown = static_cast<double>(pool.rows.rows()) - static_cast<double>(query.known.size());
    for (std::size_t t = 0; t < temperatures.size(); ++t) {
      VectorXd p = softmax(logits / temperatures[t]);
      for (const Index row : query.known) p[row] = 0.0;
      const double total = std::max(p.sum(), std::numeric_limits<double>::min());
      HiddenHits& own = each[i][t];
      for (const Index row : query.hidden) own.policy += p[row] / total;
      own.uniform = static_cast<double>(query.hidden.size()) / num_unknown;
    }
  });
  std::vector<HiddenHits> mean(temperatures.size());
  for (const auto& query : each) {
    for (std::size_t t = 0; t < temperatures.size(); ++t) {
      mean[t].policy += query[t].policy / static_cast<double>(each.size());
      mean[t].uniform += query[t].uniform / static_cast<double>(each.size());
    }
  }
  return mean;
}

const std::vector<double>& recorded_temperatures() {
  static const std::vector<double> temperatures{0.25, 0.5, 0.71, 1.0, 1.41, 2.0, 2.83, 4.0, 5.66, 8.0, 16.0, 32.0};
  return temperatures;
}

double hardest_temperature(const std::vector<double>& temperatures, const std::vector<double>& multiples,
                           double bound) {
  double hardest = temperatures.back();
  for (std::size_t i = temperatures.size(); i-- > 0 && multiples[i] <= bound;) hardest = temperatures[i];
  return hardest;
}

}  // namespace irgan
