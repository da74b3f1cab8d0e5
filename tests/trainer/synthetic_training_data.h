/// Training data made up so that what is to be learnt is known: what people click depends on the first feature alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/random_vectors.h"

namespace irgan {

/// Queries with random rows and no examples yet; features are called "1", "2", ...
inline TrainingData pools_of_random_rows(int num_queries, Eigen::Index num_documents, Eigen::Index num_features,
                                         std::mt19937_64& random) {
  TrainingData data;
  for (Eigen::Index j = 1; j <= num_features; ++j) data.schema.features.push_back(std::to_string(j));
  for (int q = 0; q < num_queries; ++q) {
    Pool pool;
    pool.query_id = "q" + std::to_string(q);
    for (Eigen::Index d = 0; d < num_documents; ++d) pool.document_ids.push_back("d" + std::to_string(d));
    pool.rows = random_rows(num_documents, num_features, random);
    pool.range = pool_range(pool.rows);
    data.pools.push_back(std::move(pool));
  }
  return data;
}

/// A judged query each: the grade is 2 where the first feature is above 1, 1 where it is above .3, else 0.
inline TrainingData graded_queries(int num_queries, Eigen::Index num_documents, Eigen::Index num_features,
                                   unsigned seed) {
  std::mt19937_64 random(seed);
  TrainingData data = pools_of_random_rows(num_queries, num_documents, num_features, random);
  data.labels = LabelKind::grades;
  for (std::size_t q = 0; q < data.pools.size(); ++q) {
    Example example;
    example.pool = q;
    example.labels = Eigen::VectorXd(num_documents);
    for (Eigen::Index d = 0; d < num_documents; ++d) {
      const float x = data.pools[q].rows(d, 0);
      example.rows.push_back(d);
      example.labels[d] = x > 1.0F ? 2.0 : x > 0.3F ? 1.0 : 0.0;
    }
    data.examples.push_back(std::move(example));
  }
  return data;
}

/// How attractive a document is: what a click model calls its relevance, in (0, 1).
inline double relevance(float first_feature) { return 1.0 / (1.0 + std::exp(-2.0 * first_feature)); }

/// Three result pages a query, each with all its documents in a random order, every page shown 100 times. Users look at
/// a rank with the chance 1 / rank and click what they see with the chance relevance(): the labels are expected clicks.
/// With `clicks_are_blind` they click everything that they see alike.
inline TrainingData shown_pages(int num_queries, Eigen::Index num_documents, Eigen::Index num_features, unsigned seed,
                                bool clicks_are_blind = false) {
  constexpr int kPages = 3;
  constexpr double kTimesShown = 100.0;
  std::mt19937_64 random(seed);
  TrainingData data = pools_of_random_rows(num_queries, num_documents, num_features, random);
  data.labels = LabelKind::impressions;
  for (std::size_t q = 0; q < data.pools.size(); ++q) {
    for (int page = 0; page < kPages; ++page) {
      Example example;
      example.pool = q;
      example.rows.resize(static_cast<std::size_t>(num_documents));
      std::iota(example.rows.begin(), example.rows.end(), Eigen::Index{0});
      std::shuffle(example.rows.begin(), example.rows.end(), random);
      example.labels = Eigen::VectorXd(num_documents);
      example.shown = Eigen::VectorXd::Constant(num_documents, kTimesShown);
      for (Eigen::Index i = 0; i < num_documents; ++i) {
        const Eigen::Index row = example.rows[static_cast<std::size_t>(i)];
        const double attraction = clicks_are_blind ? 0.5 : relevance(data.pools[q].rows(row, 0));
        example.ranks.push_back(static_cast<int>(i) + 1);
        example.labels[i] = kTimesShown * attraction / static_cast<double>(i + 1);
      }
      data.examples.push_back(std::move(example));
    }
  }
  return data;
}

/// Replaces the expected clicks of shown pages by clicks that are drawn (Poisson).
inline void draw_clicks(TrainingData& data, unsigned seed) {
  std::mt19937_64 random(seed);
  for (Example& example : data.examples) {
    for (double& label : example.labels) label = std::poisson_distribution<int>(label)(random);
  }
}

}  // namespace irgan
