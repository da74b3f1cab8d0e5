#include "trainer/game/discriminator_loss.h"

#include <cassert>
#include <cmath>

#include "trainer/game/softmax.h"

namespace irgan {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// L and dL/df of  -sum_i p_i log sigma(f_i) - sum_i q_i log(1 - sigma(f_i)).
LossGradient logistic_loss(const VectorXd& logits, const Eigen::Ref<const VectorXd>& positives,
                           const Eigen::Ref<const VectorXd>& negatives) {
  assert(logits.size() == positives.size() && logits.size() == negatives.size());
  LossGradient result{0.0, VectorXd(logits.size()), logits};
  for (Index i = 0; i < logits.size(); ++i) {
    const Logistic f(logits[i]);
    result.loss += positives[i] * f.softplus_of_negative + negatives[i] * f.softplus;
    result.gradient[i] = -positives[i] * f.sigmoid_of_negative + negatives[i] * f.sigmoid;
  }
  return result;
}

SampledLoss sampled_logistic_loss(const VectorXd& positive_logits, const VectorXd& negative_logits) {
  assert(positive_logits.size() > 0 && negative_logits.size() > 0);
  const double share = 1.0 / static_cast<double>(positive_logits.size());
  SampledLoss result;
  result.positive_gradient = positive_logits.unaryExpr([&](double f) { return -share * sigmoid(-f); });
  result.negative_gradient = negative_logits.unaryExpr([&](double f) { return share * sigmoid(f); });
  for (const double f : positive_logits) result.loss += share * softplus(-f);
  for (const double f : negative_logits) result.loss += share * softplus(f);
  result.logits.resize(positive_logits.size() + negative_logits.size());
  result.logits << positive_logits, negative_logits;
  return result;
}

}  // namespace

VectorXd log_ratio(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& noise) {
  return log_softmax(scores).array() - noise.array().max(kProbabilityFloor).log();
}

LossGradient plain_loss(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& positives,
                        const Eigen::Ref<const VectorXd>& negatives) {
  return logistic_loss(scores, positives, negatives);
}

LossGradient ratio_loss(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& positives,
                        const Eigen::Ref<const VectorXd>& negatives) {
  LossGradient result = logistic_loss(log_ratio(scores, negatives), positives, negatives);
  const double total = result.gradient.sum();
  result.gradient -= total * softmax(scores);
  return result;
}

SampledLoss sampled_plain_loss(const Eigen::Ref<const VectorXd>& positive_scores,
                               const Eigen::Ref<const VectorXd>& negative_scores) {
  return sampled_logistic_loss(positive_scores, negative_scores);
}

SampledLoss sampled_ratio_loss(const Eigen::Ref<const VectorXd>& positive_scores,
                               const Eigen::Ref<const VectorXd>& negative_scores,
                               const Eigen::Ref<const VectorXd>& positive_log_noise,
                               const Eigen::Ref<const VectorXd>& negative_log_noise) {
  assert(positive_scores.size() == positive_log_noise.size() && negative_scores.size() == negative_log_noise.size());
  const VectorXd importance_logits = negative_scores - negative_log_noise;
  const double largest = importance_logits.maxCoeff();
  const double log_partition = largest + std::log((importance_logits.array() - largest).exp().mean());
  const double log_negatives =
      std::log(static_cast<double>(negative_scores.size()) / static_cast<double>(positive_scores.size()));
  const VectorXd positive_logits = (positive_scores - positive_log_noise).array() - log_partition - log_negatives;
  const VectorXd negative_logits = importance_logits.array() - log_partition - log_negatives;
  SampledLoss result = sampled_logistic_loss(positive_logits, negative_logits);
  result.log_partition = log_partition;
  // d log Z / d s_k = exp(s_k - log p_neg) / sum over the negatives
  const double total = result.positive_gradient.sum() + result.negative_gradient.sum();
  result.negative_gradient -= total * softmax(importance_logits);
  return result;
}

LossGradient pairwise_loss(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& positives,
                           const Eigen::Ref<const VectorXd>& negatives) {
  LossGradient result{0.0, VectorXd::Zero(scores.size())};
  for (Index u = 0; u < scores.size(); ++u) {
    if (positives[u] == 0.0) continue;
    for (Index v = 0; v < scores.size(); ++v) {
      const double share = positives[u] * negatives[v];
      const double pull = share * sigmoid(scores[v] - scores[u]);
      result.loss += share * softplus(scores[v] - scores[u]);
      result.gradient[u] -= pull;
      result.gradient[v] += pull;
    }
  }
  return result;
}

SampledLoss sampled_pairwise_loss(const Eigen::Ref<const VectorXd>& positive_scores,
                                  const Eigen::Ref<const VectorXd>& negative_scores) {
  assert(positive_scores.size() == negative_scores.size() && positive_scores.size() > 0);
  const double share = 1.0 / static_cast<double>(positive_scores.size());
  const VectorXd difference = positive_scores - negative_scores;
  SampledLoss result;
  result.negative_gradient = difference.unaryExpr([&](double f) { return share * sigmoid(-f); });
  result.positive_gradient = -result.negative_gradient;
  for (const double f : difference) result.loss += share * softplus(-f);
  return result;
}

VectorXd pairwise_rewards(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& positives,
                          Reward reward) {
  VectorXd worth = VectorXd::Zero(scores.size());
  for (Index u = 0; u < scores.size(); ++u) {
    if (positives[u] > 0.0) worth += positives[u] * rewards(scores.array() - scores[u], reward);
  }
  return worth;
}

LossGradient softmax_loss(const Eigen::Ref<const VectorXd>& scores, const Eigen::Ref<const VectorXd>& positives) {
  const VectorXd log_probabilities = log_softmax(scores);
  LossGradient result{-positives.dot(log_probabilities), log_probabilities.array().exp() - positives.array()};
  return result;
}

}  // namespace irgan
