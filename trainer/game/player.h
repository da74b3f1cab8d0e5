/// Adam, and the averaged weights that are validated and served.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "trainer/game/backpropagation.h"

namespace irgan {

/// Fixed; the learning rate alone varies from step to step.
struct AdamConstants {
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;
  static constexpr double kMaxGradientNorm = 5.0;
  static constexpr double kAveraging = 0.99;  ///< longest memory of the weights' moving average, as a decay a step
};

/// A network in training.
///
/// Source: Kingma and Ba, "Adam", ICLR 2015, algorithm 1, after clipping the gradient's norm
struct IRGAN_API Player {
  Network weights;
  Network average;  ///< exponential moving average of `weights`, decay min(.99, t / (t + 10))
  Network first_moment;
  Network second_moment;
  std::int64_t num_steps = 0;

  explicit Player(Network start);

  /// Takes one descent step along `gradient`, which is clipped in place.
  ///
  /// Returns: the gradient's norm before clipping
  /// Throws:  Error if the gradient is not finite; the player is unchanged
  double update(NetworkGradient& gradient, double learning_rate);
};

/// Returns a network with weights ~ N(0, 1 / fan_in), biases 0, the last layer's weights scaled by 0.1.
///
/// Requires: num_inputs > 0
IRGAN_API Network random_network(Eigen::Index num_inputs, const std::vector<int>& hidden_units,
                                 std::mt19937_64& random);

/// The examination offsets b[rank] with Adam's moments; rank 1 is entry 0.
struct IRGAN_API PositionOffsets {
  Eigen::VectorXd value;
  Eigen::VectorXd first_moment;
  Eigen::VectorXd second_moment;
  std::int64_t num_steps = 0;

  explicit PositionOffsets(Eigen::Index num_ranks);
  void update(const Eigen::VectorXd& gradient, double learning_rate);
};

}  // namespace irgan
