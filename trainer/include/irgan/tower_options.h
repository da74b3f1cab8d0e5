/// How the towers of the generator over the whole collection are learnt.
#pragma once

#include <cstdint>

namespace irgan {

struct TowerOptions {
  int epochs = 12;
  int batch_size = 64;
  int uniform_draws = 2048;  ///< documents a batch that stand for all others in the softmax
  double rate = 2e-3;        ///< of Adam
  double pull = 1e-3;        ///< of W towards the identity: its squared distance counts so much
  std::uint64_t seed = 1;
};

}  // namespace irgan
