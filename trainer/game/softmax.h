/// Distributions over a pool, in double precision.
#pragma once

#include <Eigen/Core>

#include "irgan/errors.h"

namespace irgan {

/// Returns log softmax(logits), shifted by the largest logit so that nothing overflows.
///
/// Requires: logits.size() > 0, finite
IRGAN_API Eigen::VectorXd log_softmax(const Eigen::Ref<const Eigen::VectorXd>& logits);

/// Returns softmax(logits): probabilities.
IRGAN_API Eigen::VectorXd softmax(const Eigen::Ref<const Eigen::VectorXd>& logits);

/// Returns 1 / (1 + exp(-x)).
IRGAN_API double sigmoid(double x);

/// Returns log(1 + exp(x)) without overflow.
IRGAN_API double softplus(double x);

/// sigmoid and softplus of a number and of its negative.
struct Logistic {
  double sigmoid;
  double sigmoid_of_negative;
  double softplus;
  double softplus_of_negative;

  IRGAN_API explicit Logistic(double x);
};

/// Returns sum_i p_i log(p_i / q_i) in nats, terms of p_i = 0 left out.
///
/// Requires: log_q finite where p > 0
IRGAN_API double kl_divergence(const Eigen::Ref<const Eigen::VectorXd>& p,
                               const Eigen::Ref<const Eigen::VectorXd>& log_q);

}  // namespace irgan
