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
#include "trainer/parallel/process_group.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// What the game needs to know of one example.
struct GameItem {
  /// The discriminator's inputs of all documents; null where it scores drawn ones alone (scores_draws_alone).
  const BinnedRows* rows = nullptr;
  /// Its inputs of some documents: called with draws.
  std::function<void(const std::vector<Eigen::Index>& documents, BinnedRows& rows)> bin_drawn;
  const BinnedRows* generator_rows = nullptr;  ///< the generator's inputs of all documents; null if none plays
  Eigen::VectorXd positives;                   ///< p_true
  Eigen::VectorXd first_stage;                 ///< standardised first-stage scores; read by Sampler::bm25 only
  const std::vector<int>* ranks = nullptr;     ///< 1-based; empty without impressions
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
  /// Keeps references to `players`, whom each step changes, to `threads` and to the layouts of their inputs.
  Game(GameOptions options, Players& players, const BinLayout& discriminator_layout, const BinLayout& generator_layout,
       ThreadPool& threads);
  ~Game();

  /// Plays a batch, of which this process plays its part alone (ProcessGroup), in rounds: the discriminator steps in
  /// the first ones, the generator in the last ones, as often as the options say. Who steps in the same round does so
  /// at the same time: both gradients are taken from the scores that the players had before.
  ///
  /// Throws: Error if a gradient is not finite
  GameStatistics step(const std::vector<GameItem>& batch, double discriminator_rate, double generator_rate);

  /// One step of the generator alone towards the clicks (maximum likelihood): pre-training.
  void pretrain_generator(const std::vector<GameItem>& batch, double rate);

 private:
  struct Workspace;
  struct Desk;
  struct Gradients;
  struct Sum;
  /// Who steps.
  struct Round {
    bool discriminator;
    bool generator;
  };

  using AddExample = std::function<void(std::size_t example, Desk& desk, Gradients& gradients)>;

  void play(const GameItem& item, const Round& round, Workspace& space, Desk& desk, Gradients& gradients) const;
  void policy_pass(const GameItem& item, Workspace& space, Desk& desk) const;
  void discriminator_gradient(const GameItem& item, const Eigen::VectorXd& scores, Workspace& space, const Desk& desk,
                              NetworkGradient& out) const;
  void generator_gradient(const GameItem& item, const Eigen::VectorXd& scores, Workspace& space, const Desk& desk,
                          NetworkGradient& out) const;
  void drawn_discriminator_gradient(const GameItem& item, Workspace& space, Desk& desk, NetworkGradient& out) const;
  void drawn_generator_gradient(const GameItem& item, Workspace& space, Desk& desk, NetworkGradient& out) const;
  void discriminator_backward(const BinnedRows& rows, const Eigen::VectorXd& score_gradient, Workspace& space,
                              const Desk& desk, NetworkGradient& out) const;
  void generator_backward(const GameItem& item, const Eigen::VectorXd& score_gradient, Workspace& space,
                          const Desk& desk, NetworkGradient& out) const;
  Eigen::VectorXd scores_of(const BinnedRows& rows, Network::Activations& activations) const;
  Eigen::VectorXd noise(const GameItem& item, const Workspace& space, const Eigen::VectorXd& scores) const;
  const Eigen::VectorXd& reward_divisor(const Workspace& space) const;
  void prepare_spaces(std::size_t batch_size);
  void sum_gradients(const Part& part, const Round& round, const AddExample& add);
  void sum_halves(const Part& part, const Round& round, const AddExample& add, std::size_t depth, Sum& sum,
                  Gradients& result) const;
  static void sum_upper_layers(const Part& part, const Round& round, const AddExample& add, std::size_t depth, Sum& sum,
                               Gradients& result);
  static void add_halves(const Round& round, const Gradients& second, Gradients& result, bool with_first_weight);
  Descent descent_of(Player& player, double rate);
  void share_results(std::size_t batch_size);
  void update_offsets(std::size_t batch_size, double rate);

  GameOptions options_;
  Players& players_;
  const BinLayout& discriminator_layout_;
  const BinLayout& generator_layout_;
  FeatureMatrix discriminator_bases_;
  FeatureMatrix generator_bases_;
  ThreadPool& threads_;
  std::vector<std::unique_ptr<Workspace>> spaces_;  // of each example of a batch
  std::vector<Sum> sums_;                           // of parts of it, one after the other
};

}  // namespace irgan
