// The game with its networks replaced by tables, where the equilibrium is known: p_theta = p_true.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/trainer/binned_inputs.h"
#include "tests/trainer/random_vectors.h"
#include "trainer/game/discriminator_loss.h"
#include "trainer/game/game.h"
#include "trainer/game/softmax.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

// One query of 50 documents. Rows are one-hot and the network is one linear layer, so its weights are the documents'
// scores. The policy starts uniform, at KL(p_true || p_theta) = .68 (trainer/README.md, "The equilibrium").
struct TableGame {
  BinnedInputs one_hot{FeatureMatrix::Identity(50, 50)};
  std::vector<int> no_ranks;
  GameItem item;
  double ranker = 0.0;  // KL(p_true || softmax(s)) at the end

  explicit TableGame(unsigned seed) {
    std::mt19937_64 random(seed);
    const Eigen::VectorXd logits = random_scores(50, random);
    double low = 0.0;
    double high = 10.0;
    for (int k = 0; k < 60; ++k) {
      const double spread = 0.5 * (low + high);
      (divergence_from_uniform(softmax(spread * logits)) < 0.68 ? low : high) = spread;
    }
    item.positives = softmax(low * logits);
    item.rows = &one_hot.rows;
    item.generator_rows = &one_hot.rows;
    item.bin_drawn = [this](const std::vector<Eigen::Index>& documents, BinnedRows& rows) {
      rows.take(one_hot.layout, FeatureMatrix(FeatureMatrix::Identity(50, 50)(documents, Eigen::all)));
    };
    item.ranks = &no_ranks;
  }
  TableGame(const TableGame&) = delete;
  TableGame& operator=(const TableGame&) = delete;

  static double divergence_from_uniform(const Eigen::VectorXd& p) {
    return kl_divergence(p, Eigen::VectorXd::Constant(50, -std::log(50.0)));
  }

  double divergence(const Network& network) const {
    return kl_divergence(item.positives, log_softmax(network.layers.front().weight.col(0).cast<double>()));
  }

  // Plays with both step sizes falling by a cosine; returns KL(p_true || p_theta) at the start and every 200 steps.
  std::vector<double> play(const GameOptions& options, int num_steps, double rate) {
    Network zeros;
    zeros.layers.push_back({FeatureMatrix::Zero(50, 1), Eigen::VectorXf::Zero(1)});
    ThreadPool threads(1);
    Players players{Player(zeros), Player(zeros), PositionOffsets(0)};
    Game game(options, players, one_hot.layout, one_hot.layout, threads);
    std::vector<double> curve{divergence(players.generator.weights)};
    for (int step = 0; step < num_steps; ++step) {
      const double now = rate * (0.02 + 0.5 * (1.0 + std::cos(M_PI * step / num_steps)));
      item.seed = static_cast<std::uint64_t>(step);
      game.step({item}, now, now);
      if ((step + 1) % 200 == 0) curve.push_back(divergence(players.generator.weights));
    }
    ranker = divergence(players.discriminator.weights);
    return curve;
  }
};

}  // namespace irgan
