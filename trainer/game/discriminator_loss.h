/// The discriminator's side of the game: losses of a pool's scores, and their gradients.
#pragma once

#include <Eigen/Core>

#include "irgan/errors.h"
#include "trainer/game/policy_gradient.h"

namespace irgan {

/// A loss in nats and its gradient with respect to each score.
struct LossGradient {
  double loss = 0.0;
  Eigen::VectorXd gradient;
  Eigen::VectorXd logits{};  ///< f of each document; empty where f is of pairs, or there is none
};

/// Smallest p_neg, p_theta in a ratio: keeps log-ratios finite where a policy has given a document up.
inline constexpr double kProbabilityFloor = 1e-8;

/// The source's discriminator: f = s, L = -E_{positives}[log sigma(f)] - E_{negatives}[log(1 - sigma(f))].
///
/// Source: eq. 13.23, inner maximisation
/// Shapes: all n; positives and negatives are probabilities, exact or empirical
IRGAN_API LossGradient plain_loss(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                  const Eigen::Ref<const Eigen::VectorXd>& positives,
                                  const Eigen::Ref<const Eigen::VectorXd>& negatives);

/// The density-ratio discriminator: the same L with f = log softmax(s) - log p_neg, p_neg a constant.
///
/// At the optimum softmax(s) = p_true whatever p_neg is: noise-contrastive estimation with p_neg as the noise.
/// `negatives` adds up to the number v of negatives that there are for one positive; f is then log softmax(s) - log v
/// p_neg, the optimum is the same, and as v grows the gradient becomes the softmax's. With e = dL/df:  dL/ds_j = e_j -
/// softmax(s)_j sum_i e_i
///
/// Source: Gutmann and Hyvarinen, "Noise-contrastive estimation", AISTATS 2010, whose v is nu
IRGAN_API LossGradient ratio_loss(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                  const Eigen::Ref<const Eigen::VectorXd>& positives,
                                  const Eigen::Ref<const Eigen::VectorXd>& negatives);

/// What K positives and v K negatives say when the rest of the pool is not scored.
struct SampledLoss {
  double loss = 0.0;                  ///< nats a positive
  Eigen::VectorXd positive_gradient;  ///< K
  Eigen::VectorXd negative_gradient;  ///< v K
  Eigen::VectorXd logits{};           ///< f of the positives, then of the negatives; empty where f is of pairs
  double log_partition = 0.0;         ///< estimate of log sum_pool exp(s): log mean_k exp(s_k) / p_neg(d_k)
};

/// plain_loss over drawn documents.
///
/// Shapes: one score a drawn document
IRGAN_API SampledLoss sampled_plain_loss(const Eigen::Ref<const Eigen::VectorXd>& positive_scores,
                                         const Eigen::Ref<const Eigen::VectorXd>& negative_scores);

/// ratio_loss over drawn documents, log Z estimated from the negatives, whose share in it has a gradient too.
///
/// Shapes: one score, and one log p_neg, a drawn document; v is the number of negatives over that of positives
IRGAN_API SampledLoss sampled_ratio_loss(const Eigen::Ref<const Eigen::VectorXd>& positive_scores,
                                         const Eigen::Ref<const Eigen::VectorXd>& negative_scores,
                                         const Eigen::Ref<const Eigen::VectorXd>& positive_log_noise,
                                         const Eigen::Ref<const Eigen::VectorXd>& negative_log_noise);

/// The pairwise discriminator: f(u, v) = s_u - s_v, L = -E_{u ~ positives, v ~ negatives}[log sigma(f(u, v))].
///
/// Source: the paper, section 2.3
/// Cost:   O(n * number of positives)
IRGAN_API LossGradient pairwise_loss(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                     const Eigen::Ref<const Eigen::VectorXd>& positives,
                                     const Eigen::Ref<const Eigen::VectorXd>& negatives);

/// pairwise_loss over the pairs (k-th positive, k-th negative).
IRGAN_API SampledLoss sampled_pairwise_loss(const Eigen::Ref<const Eigen::VectorXd>& positive_scores,
                                            const Eigen::Ref<const Eigen::VectorXd>& negative_scores);

/// Returns what each document is worth when it is picked against the clicked ones: E_{u ~ positives}[reward(s - s_u)].
IRGAN_API Eigen::VectorXd pairwise_rewards(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                           const Eigen::Ref<const Eigen::VectorXd>& positives, Reward reward);

/// The honest neighbour without a game: L = -E_{positives}[log softmax(s)], dL/ds = softmax(s) - positives.
///
/// Source: Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007 (ListNet)
IRGAN_API LossGradient softmax_loss(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                    const Eigen::Ref<const Eigen::VectorXd>& positives);

/// Returns f of the ratio form for every document: log softmax(s) - log max(noise, floor).
IRGAN_API Eigen::VectorXd log_ratio(const Eigen::Ref<const Eigen::VectorXd>& scores,
                                    const Eigen::Ref<const Eigen::VectorXd>& noise);

}  // namespace irgan
