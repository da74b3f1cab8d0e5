#include "trainer/training/importance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "trainer/training/batches.h"
#include "trainer/training/query_ndcg.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::size_t kQueries = 200;  // enough for intervals of some .02
constexpr int kShuffles = 2;
constexpr std::uint64_t kImportanceItem = ~std::uint64_t{2};  // of seed_for()

/// A pool that is measured on.
struct MeasuredPool {
  std::size_t pool = 0;
  std::size_t query = 0;
  std::vector<std::size_t> examples;
};

/// Sums over the examples of one pool.
struct PoolSums {
  double ndcg = 0.0;
  std::vector<double> losses;  // a feature each
};

// Pools with something to tell, of evenly many queries in the order of their ids.
std::vector<MeasuredPool> measured_pools(const TrainingData& data, std::size_t& num_queries) {
  std::map<std::string, std::map<std::size_t, std::vector<std::size_t>>> of_query;  // examples by pool
  for (std::size_t i = 0; i < data.examples.size(); ++i) {
    const Example& example = data.examples[i];
    if (is_informative(example)) of_query[data.pools[example.pool].query_id][example.pool].push_back(i);
  }
  const std::size_t stride = std::max<std::size_t>(1, (of_query.size() + kQueries - 1) / kQueries);
  std::vector<MeasuredPool> measured;
  std::size_t number = 0;
  num_queries = 0;
  for (auto& [query, pools] : of_query) {
    if (number++ % stride != 0) continue;
    for (auto& [pool, examples] : pools) measured.push_back({pool, num_queries, std::move(examples)});
    ++num_queries;
  }
  return measured;
}

bool is_same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool is_constant(const FeatureRows& rows, Index column) {
  for (Index i = 1; i < rows.rows(); ++i) {
    if (!is_same(rows(i, column), rows(0, column))) return false;
  }
  return true;
}

/// Deals out one feature's values anew.
class Dealer {
 public:
  Dealer(const TrainingData& data, const std::vector<MeasuredPool>& measured) : data_(data), measured_(measured) {
    const auto num_features = static_cast<Index>(data.schema.features.size());
    for (Index j = 0; j < num_features; ++j) {
      const bool varies = std::any_of(measured.begin(), measured.end(), [&](const MeasuredPool& one) {
        return !is_constant(data.pools[one.pool].rows, j);
      });
      varies_.push_back(varies);
    }
  }

  void deal(FeatureMatrix& rows, Index column, std::mt19937_64& random) const {
    if (varies_[static_cast<std::size_t>(column)]) {
      for (Index i = rows.rows() - 1; i > 0; --i)
        std::swap(rows(i, column), rows(static_cast<Index>(random() % static_cast<std::uint64_t>(i + 1)), column));
      return;
    }
    const FeatureRows& other = data_.pools[measured_[random() % measured_.size()].pool].rows;
    if (other.rows() > 0) rows.col(column).setConstant(other(0, column));
  }

 private:
  const TrainingData& data_;
  const std::vector<MeasuredPool>& measured_;
  std::vector<bool> varies_;  // among the documents of some pool
};

double ndcg_sum(const TrainingData& data, const MeasuredPool& measured, const VectorXd& offsets,
                const VectorXd& scores) {
  double sum = 0.0;
  for (const std::size_t i : measured.examples) sum += example_ndcg(data.examples[i], data.labels, offsets, scores);
  return sum;
}

}  // namespace

FeatureImportance feature_importance(const Model& model, const TrainingData& validation, const VectorXd& offsets,
                                     std::uint64_t seed, ThreadPool& threads) {
  FeatureImportance result;
  const std::vector<MeasuredPool> measured = measured_pools(validation, result.num_queries);
  const Dealer dealer(validation, measured);
  const std::size_t num_features = model.schema().features.size();
  std::vector<PoolSums> sums(measured.size());
  threads.for_each(measured.size(), [&](std::size_t i, unsigned) {
    const Pool& pool = validation.pools[measured[i].pool];
    const Index num_found = pool.rows.rows() - pool.num_added;
    const auto scored = [&](const Eigen::Ref<const FeatureMatrix>& rows) -> VectorXd {
      return model.score_beside(rows, rows.topRows(num_found), model.ranker()).cast<double>();
    };
    sums[i].ndcg = ndcg_sum(validation, measured[i], offsets, scored(pool.rows));
    FeatureMatrix rows = pool.rows;
    for (std::size_t j = 0; j < num_features; ++j) {
      std::mt19937_64 random(seed_for(seed, static_cast<int>(j), i, kImportanceItem));
      const auto column = static_cast<Index>(j);
      double without = 0.0;
      for (int k = 0; k < kShuffles; ++k) {
        dealer.deal(rows, column, random);
        without += ndcg_sum(validation, measured[i], offsets, scored(rows)) / kShuffles;
      }
      rows.col(column) = pool.rows.col(column);
      sums[i].losses.push_back(sums[i].ndcg - without);
    }
  });
  std::vector<double> num_examples(result.num_queries, 0.0);
  for (const MeasuredPool& one : measured) num_examples[one.query] += static_cast<double>(one.examples.size());
  for (std::size_t j = 0; j < num_features; ++j) {
    std::vector<double> of_query(result.num_queries, 0.0);
    for (std::size_t i = 0; i < measured.size(); ++i)
      of_query[measured[i].query] += sums[i].losses[j] / num_examples[measured[i].query];
    result.losses.push_back(bootstrapped_mean(of_query, seed));
  }
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const std::size_t query = measured[i].query;
    result.ndcg += sums[i].ndcg / num_examples[query] / static_cast<double>(result.num_queries);
  }
  return result;
}

}  // namespace irgan
