/// The generator's side of the game: rewards, and the gradient of the expected reward.
#pragma once

#include <Eigen/Core>
#include <random>
#include <vector>

#include "irgan/errors.h"
#include "irgan/game_options.h"

namespace irgan {

/// Returns the reward of each logit f.
IRGAN_API Eigen::VectorXd rewards(const Eigen::Ref<const Eigen::VectorXd>& logits, Reward reward);

/// A document drawn from the policy, with its reward less the baseline.
struct Draw {
  Eigen::Index row = 0;
  double advantage = 0.0;
};

/// Returns the gradient of the loss L = -E_{d ~ p}[reward], p = softmax(g / tau), with respect to the scores g.
///
/// Source:   eq. 13.26 with the exact mean reward as baseline:  dL/dg_j = -p_j (r_j - sum_i p_i r_i) / tau
/// Shapes:   probabilities, reward: n; result: n
/// Requires: tau > 0
IRGAN_API Eigen::VectorXd policy_gradient(const Eigen::Ref<const Eigen::VectorXd>& probabilities,
                                          const Eigen::Ref<const Eigen::VectorXd>& reward, double tau);

/// Returns the gradient of the sampled loss -1/K sum_k a_k log p[i_k] with respect to the scores g.
///
/// Source:   eq. 13.27:  dL/dg_j = 1/(K tau) (p_j sum_k a_k - sum over k with i_k = j of a_k)
/// Shapes:   probabilities: n; result: n
/// Requires: draws not empty, rows < n, tau > 0
IRGAN_API Eigen::VectorXd policy_gradient(const Eigen::Ref<const Eigen::VectorXd>& probabilities,
                                          const std::vector<Draw>& draws, double tau);

/// Turns each draw's reward into an advantage: less the mean reward of the other draws.
///
/// Source:   Kool et al., "Buy 4 REINFORCE Samples, Get a Baseline for Free!", 2019; with one draw the baseline is 0
IRGAN_API std::vector<Draw> leave_one_out_advantages(const std::vector<Eigen::Index>& rows,
                                                     const Eigen::Ref<const Eigen::VectorXd>& reward);

/// Draws `count` rows independently from `probabilities`.
IRGAN_API std::vector<Eigen::Index> draw_rows(const Eigen::Ref<const Eigen::VectorXd>& probabilities, int count,
                                              std::mt19937_64& random);

}  // namespace irgan
