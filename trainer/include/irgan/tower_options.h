/// How the towers of the generator over the whole collection are learnt.
#pragma once

#include <cstdint>

namespace irgan {

struct TowerOptions {
  int epochs = 12;
  int batch_size = 64;
  int uniform_draws = 2048;  ///< documents a batch that stand for all others in the softmax
  double rate = 2e-3;        ///< of Adam
  double pull = 1e-3;        ///< of W towards what it began as: its squared distance counts so much
  std::uint64_t seed = 1;

  // Where an earlier discriminator judges what the generator draws:
  double teacher_share = 0.5;  ///< of what a query teaches: p_D(d|q); the rest is p_true(d|q)
  double reward_weight = 0.0;  ///< of the policy gradient, whose reward is log(1 + p_D / p_theta)
  int judged_draws = 32;       ///< documents a query that are drawn, and as many that the discriminator likes best
};

}  // namespace irgan
