/// The rules of the game between generator and discriminator, and its figures.
#pragma once

#include "irgan/errors.h"

namespace irgan {

/// What the discriminator learns by.
enum class Objective {
  game,     ///< discriminator against picked negatives, eq. 13.23
  softmax,  ///< listwise softmax, no negatives and no generator
};

/// How the network's score s becomes the discriminator's logit f.
enum class DiscriminatorForm {
  ratio,     ///< f = log softmax(s) - log p_neg
  plain,     ///< f = s
  pairwise,  ///< f(u, v) = s_u - s_v for a clicked u and a picked v
};

/// The distribution that the discriminator's negatives are drawn from.
enum class Sampler {
  generator,  ///< (1 - lambda) p_theta + lambda uniform: IRGAN
  uniform,    ///< every document of the pool alike: the source's "generator that cannot learn"
  bm25,       ///< half uniform, half softmax of the standardised first-stage score: the source's biased region
  dns,        ///< the highest-scored of kDynamicDraws uniform draws: dynamic negative sampling
};

inline constexpr int kDynamicDraws = 4;  ///< more find harder negatives, and more positives among them

/// What a document that the generator picked is worth.
enum class Reward {
  log,      ///< log(1 + exp f): eq. 13.24
  sigmoid,  ///< 2 sigma(f) - 1: the authors' code
};

/// Which logit rewards the generator under the ratio form.
enum class RewardRatio {
  own,      ///< log softmax(s) - log p_theta: the equilibrium is p_theta = p_true
  mixture,  ///< log softmax(s) - log p_neg: clips p_theta to 0 where p_true < lambda / n
};

struct GameOptions {
  Objective objective = Objective::game;
  DiscriminatorForm form = DiscriminatorForm::ratio;
  Sampler sampler = Sampler::generator;
  Reward reward = Reward::log;
  RewardRatio reward_ratio = RewardRatio::own;
  int samples = 0;              ///< K draws an example; 0: exact expectations
  double lambda = 0.5;          ///< share of uniform in p_neg
  double negatives = 1.0;       ///< that the discriminator sees for one positive; ratio form only
  double temperature = 1.0;     ///< p_theta = softmax(g / temperature)
  double importance = 0.0;      ///< share of clicked documents in the generator's draws, weighted back
  int discriminator_steps = 1;  ///< a phase
  int generator_steps = 1;      ///< a phase
};

/// Whether a generator plays, and learns.
inline bool has_generator(const GameOptions& options) {
  return options.objective == Objective::game && options.sampler == Sampler::generator;
}

/// Means over examples, weighted as the loss is.
struct IRGAN_API GameStatistics {
  double weight = 0.0;                  ///< total, so that statistics can be merged
  double discriminator_loss = 0.0;      ///< nats
  double discriminator_accuracy = 0.0;  ///< chance that a positive has f > 0 and a negative f < 0, averaged
  double calibration_error = 0.0;       ///< |mean of D - share of positives| over both draws: 0 where D is calibrated
  double reward = 0.0;                  ///< E_{p_theta}[reward]
  double policy_divergence = 0.0;       ///< KL(p_true || p_theta), nats
  double policy_entropy = 0.0;          ///< of p_theta, nats
  double discriminator_gradient = 0.0;  ///< norm
  double generator_gradient = 0.0;      ///< norm

  void merge(const GameStatistics& other);
};

}  // namespace irgan
