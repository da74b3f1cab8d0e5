#include "trainer/game/discriminator_form.h"

namespace irgan {

using Eigen::Index;
using Eigen::VectorXd;

LossGradient pool_loss(DiscriminatorForm form, const VectorXd& scores, const VectorXd& positives,
                       const VectorXd& negatives) {
  switch (form) {
    case DiscriminatorForm::plain:
      return plain_loss(scores, positives, negatives);
    case DiscriminatorForm::pairwise:
      return pairwise_loss(scores, positives, negatives);
    default:
      return ratio_loss(scores, positives, negatives);
  }
}

SampledLoss drawn_loss(DiscriminatorForm form, const VectorXd& scores, const VectorXd& log_noise, Index num_positives) {
  const Index num_negatives = scores.size() - num_positives;
  switch (form) {
    case DiscriminatorForm::plain:
      return sampled_plain_loss(scores.head(num_positives), scores.tail(num_negatives));
    case DiscriminatorForm::pairwise:
      return sampled_pairwise_loss(scores.head(num_positives), scores.tail(num_negatives));
    default:
      return sampled_ratio_loss(scores.head(num_positives), scores.tail(num_negatives), log_noise.head(num_positives),
                                log_noise.tail(num_negatives));
  }
}

VectorXd pool_rewards(DiscriminatorForm form, Reward reward, const VectorXd& scores, const VectorXd& positives,
                      const VectorXd& divisor) {
  switch (form) {
    case DiscriminatorForm::plain:
      return rewards(scores, reward);
    case DiscriminatorForm::pairwise:
      return pairwise_rewards(scores, positives, reward);
    default:
      return rewards(log_ratio(scores, divisor), reward);
  }
}

VectorXd drawn_rewards(DiscriminatorForm form, Reward reward, const VectorXd& scores, const Opponents& opponents) {
  switch (form) {
    case DiscriminatorForm::plain:
      return rewards(scores, reward);
    case DiscriminatorForm::pairwise:
      return rewards(scores - opponents.clicked_scores, reward);
    default:
      return rewards(scores.array() - opponents.log_partition - opponents.log_divisor.array(), reward);
  }
}

}  // namespace irgan
