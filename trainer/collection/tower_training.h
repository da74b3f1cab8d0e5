/// The towers' learning: a softmax over the whole collection.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"
#include "irgan/tower_options.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// A document and a number of it.
struct RowNumber {
  std::uint32_t row = 0;  ///< of the vectors
  float number = 0.0F;
};

/// What one query teaches.
struct TowerExample {
  Eigen::VectorXf query;          ///< its vector
  std::vector<RowNumber> target;  ///< p_true(d|q) of those documents that have any; adds up to 1, or is empty
  /// log p_D(d|q) among the documents that a discriminator judged, a softmax over them; empty: none did.
  std::vector<RowNumber> opinion;
};

/// Returns towers that learn, from `start` on, by Adam on
///
///   - sum over d of p(d|q) log p_theta(d|q)  -  reward_weight J  +  pull ||W - W_start||^2
///
/// p = (1 - teacher_share) p_true + teacher_share p_D, and J = E[log(1 + p_D / p_theta)] over p_theta among the
/// documents that were judged, by the policy gradient less the mean reward; without an opinion p_true alone.
/// p_theta(d|q) = softmax over all documents of g(q, d), estimated from the documents that a batch names and uniform
/// draws that stand for the others.
///
/// Source:  IRGAN, eq. 5, with D the ratio p_D / (p_D + p_theta) that is best for its two players
/// Threads: shared out; the result does not depend on their number
/// Throws:  Error if a gradient is not finite
/// Cost:    an epoch: examples * (uniform_draws + documents named in a batch) * dimensions * 4 multiplications
IRGAN_API Towers train_towers(const CollectionVectors& vectors, const std::vector<TowerExample>& examples,
                              const TowerOptions& options, const Towers& start, ThreadPool& threads);

}  // namespace irgan
