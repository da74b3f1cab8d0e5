/// What the form of the discriminator decides: its loss, and what the generator is rewarded by.
#pragma once

#include <Eigen/Core>

#include "irgan/game_options.h"
#include "trainer/game/discriminator_loss.h"
#include "trainer/game/policy_gradient.h"

namespace irgan {

/// Returns the loss over a whole pool.
///
/// Shapes: all n; positives add up to 1, negatives to the number that there are for one positive
LossGradient pool_loss(DiscriminatorForm form, const Eigen::VectorXd& scores, const Eigen::VectorXd& positives,
                       const Eigen::VectorXd& negatives);

/// Returns the loss over drawn documents.
///
/// Shapes: scores, log_noise (log p_neg): the positives, then the negatives, as many for pairwise
SampledLoss drawn_loss(DiscriminatorForm form, const Eigen::VectorXd& scores, const Eigen::VectorXd& log_noise,
                       Eigen::Index num_positives);

/// Returns what each document of a pool is worth to the generator that picks it.
///
/// divisor: the distribution below the ratio form's logit: p_neg or p_theta
Eigen::VectorXd pool_rewards(DiscriminatorForm form, Reward reward, const Eigen::VectorXd& scores,
                             const Eigen::VectorXd& positives, const Eigen::VectorXd& divisor);

/// What the scores of drawn documents are held against.
struct Opponents {
  double log_partition = 0.0;      ///< ratio: of exp(s) over the pool
  Eigen::VectorXd log_divisor;     ///< ratio: of each drawn document
  Eigen::VectorXd clicked_scores;  ///< pairwise: of a clicked document for each drawn one
};

/// Returns what each drawn document is worth to the generator.
Eigen::VectorXd drawn_rewards(DiscriminatorForm form, Reward reward, const Eigen::VectorXd& scores,
                              const Opponents& opponents);

}  // namespace irgan
