/// The minimax game: one step of the discriminator and one of the generator on a batch of examples.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "irgan/game_options.h"
#include "trainer/game/discriminator_form.h"
#include "trainer/game/negative_sampler.h"
#include "trainer/game/player.h"
#include "trainer/game/policy_gradient.h"
#include "trainer/machine/thread_pool.h"

namespace irgan {

/// What the game needs to know of one example.
struct GameItem {
  /// The discriminator's inputs, documents x inputs; null where it scores drawn documents alone (scores_draws_alone).
  const FeatureMatrix* encoded = nullptr;
  /// Its inputs for some of the documents, a row each: called where `encoded` is null.
  std::function<FeatureMatrix(const std::vector<Eigen::Index>& rows)> encode_rows;
  const FeatureMatrix* generator_encoded = nullptr;  ///< the generator's inputs, a row a document; null if none plays
  Eigen::VectorXd positives;                         ///< p_true
  Eigen::VectorXd first_stage;                       ///< standardised first-stage scores; read by Sampler::bm25 only
  const std::vector<int>* ranks = nullptr;           ///< 1-based; empty without impressions
  double weight = 1.0;
  std::uint64_t seed = 0;  ///< of this example's draws in this step
};

/// Whether the discriminator never needs the scores of a whole pool: with K draws, unless they are made by its scores.
IRGAN_API bool scores_draws_alone(const GameOptions& options);

/// Who plays, and the board.
struct Players {
  Player discriminator;
  Player generator;
  PositionOffsets offsets;  ///< b[rank], learnt with the discriminator; as many as the largest rank that is shown
};

/// The rules, by which the players learn.
///
/// Threads: one caller at a time; a step's work is shared out over `threads`, its result does not depend on their
/// number.
class IRGAN_API Game {
 public:
  /// Keeps references to `players`, whom each step changes, and to `threads`.
  Game(GameOptions options, Players& players, ThreadPool& threads);
  ~Game();

  /// Plays one discriminator and one generator phase on a batch.
  ///
  /// Throws: Error if a gradient is not finite
  GameStatistics step(const std::vector<GameItem>& batch, double discriminator_rate, double generator_rate);

  /// One step of the generator alone towards the clicks (maximum likelihood): pre-training.
  void pretrain_generator(const std::vector<GameItem>& batch, double rate);

 private:
  struct Workspace;

  void policy_pass(const GameItem& item, Workspace& space) const;
  void discriminator_pass(const GameItem& item, Workspace& space) const;
  void sampled_discriminator_pass(const GameItem& item, Workspace& space) const;
  void generator_pass(const GameItem& item, Workspace& space) const;
  void sampled_generator_pass(const GameItem& item, Workspace& space) const;
  Eigen::VectorXd noise(const GameItem& item, const Workspace& space, const Eigen::VectorXd& scores) const;
  const Eigen::VectorXd& reward_divisor(const Workspace& space) const;
  NetworkGradient& summed(NetworkGradient Workspace::*gradient, std::size_t batch_size);

  GameOptions options_;
  Players& players_;
  ThreadPool& threads_;
  std::vector<std::unique_ptr<Workspace>> spaces_;
};

}  // namespace irgan
