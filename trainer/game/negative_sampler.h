/// The distributions that the discriminator's negatives are drawn from.
#pragma once

#include <Eigen/Core>
#include <string>

#include "irgan/errors.h"
#include "irgan/game_options.h"

namespace irgan {

/// Returns (1 - lambda) p + lambda / n.
///
/// Shapes: probabilities: n; result: n, adds up to 1
IRGAN_API Eigen::VectorXd mixed_with_uniform(const Eigen::Ref<const Eigen::VectorXd>& probabilities, double lambda);

/// Returns the chance of each document to be the highest-scored of `num_draws` uniform draws with replacement:
/// with the document at the i-th lowest of n scores, (i/n)^m - ((i-1)/n)^m. Ties are broken by row.
///
/// Source: Zhang et al., "Optimizing Top-N Collaborative Filtering via Dynamic Negative Item Sampling", SIGIR 2013
IRGAN_API Eigen::VectorXd dynamic_negatives(const Eigen::Ref<const Eigen::VectorXd>& scores, int num_draws);

}  // namespace irgan
