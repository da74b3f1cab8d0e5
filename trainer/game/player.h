/// Adam, and the averaged weights that are validated and served.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "trainer/game/backpropagation.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// Beside those of Adam (AdamConstants).
struct DescentConstants {
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
};

/// What a player's next step is made of.
struct Descent {
  Player& player;
  /// One for each example of this process's part of the batch, or any one where that is empty. The first becomes the
  /// sum over the whole batch, added up by halves.
  std::vector<NetworkGradient*> gradients;
  double learning_rate;
  const BinLayout& layout;  ///< of the player's inputs
  FeatureMatrix& bases;     ///< first_bases() of the player's weights, before and after
};

/// Takes a descent step for each player along the sum of its gradients over a batch of `batch_size` examples, clipped.
/// The work is cut by weights and the sum by examples, in the same way whatever the number of threads and processes.
///
/// Returns: the norm of each sum before clipping
/// Throws:  Error if one is not finite; the players are unchanged
IRGAN_API std::vector<double> descend(const std::vector<Descent>& descents, std::size_t batch_size,
                                      ThreadPool& threads);

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
