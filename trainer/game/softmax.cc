#include "trainer/game/softmax.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace irgan {

Eigen::VectorXd log_softmax(const Eigen::Ref<const Eigen::VectorXd>& logits) {
  assert(logits.size() > 0);
  const double largest = logits.maxCoeff();
  const double log_sum = std::log((logits.array() - largest).exp().sum());
  return (logits.array() - largest) - log_sum;  // largest + log_sum would lose log_sum beside a huge logit
}

Eigen::VectorXd softmax(const Eigen::Ref<const Eigen::VectorXd>& logits) { return log_softmax(logits).array().exp(); }

double sigmoid(double x) { return x >= 0.0 ? 1.0 / (1.0 + std::exp(-x)) : std::exp(x) / (1.0 + std::exp(x)); }

Logistic::Logistic(double x) {
  const double tail = std::exp(-std::abs(x));
  const double larger = 1.0 / (1.0 + tail);
  const double smaller = tail / (1.0 + tail);
  const double above = std::log1p(tail);
  sigmoid = x >= 0.0 ? larger : smaller;
  sigmoid_of_negative = x >= 0.0 ? smaller : larger;
  softplus = std::max(x, 0.0) + above;
  softplus_of_negative = std::max(-x, 0.0) + above;
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double kl_divergence(const Eigen::Ref<const Eigen::VectorXd>& p, const Eigen::Ref<const Eigen::VectorXd>& log_q) {
  assert(p.size() == log_q.size());
  double divergence = 0.0;
  for (Eigen::Index i = 0; i < p.size(); ++i) {
    if (p[i] > 0.0) divergence += p[i] * (std::log(p[i]) - log_q[i]);
  }
  return divergence;
}

}  // namespace irgan
