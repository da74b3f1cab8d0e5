/// A game in full swing, and a batch for it to step on.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "tests/trainer/binned_inputs.h"
#include "tests/trainer/random_vectors.h"
#include "tests/trainer/scalar_network.h"
#include "trainer/game/game.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// A gradient's number is a sum over 18 documents of products through layers of at most 5 units, each below 1: some 200
/// roundings of 2^-24, and the players divide it out of Adam's first moment.
inline constexpr double kFloatRoundOff = 200.0 * 6e-8;

inline constexpr Eigen::Index kNumRanks = 8;

inline const BinLayout kGameLayout(4);

/// Three queries of 6, 5 and 7 documents, shown at scattered ranks, of unequal weight.
struct Batch {
  std::vector<FeatureMatrix> encoded;
  std::vector<std::unique_ptr<BinnedInputs>> binned;
  std::vector<std::vector<int>> ranks;
  std::vector<GameItem> items;

  explicit Batch(unsigned seed) {
    std::mt19937_64 random(seed);
    for (const Eigen::Index n : {6, 5, 7}) {
      encoded.push_back(random_rows(n, 4, random));
      std::vector<int> shuffled(kNumRanks);
      std::iota(shuffled.begin(), shuffled.end(), 1);
      std::shuffle(shuffled.begin(), shuffled.end(), random);
      ranks.emplace_back(shuffled.begin(), shuffled.begin() + n);
    }
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      const Eigen::Index n = encoded[i].rows();
      GameItem item;
      binned.push_back(std::make_unique<BinnedInputs>(encoded[i]));
      item.rows = item.generator_rows = &binned.back()->rows;
      item.bin_drawn = [this, i](const std::vector<Eigen::Index>& documents, BinnedRows& rows) {
        rows.take(binned[i]->layout, FeatureMatrix(encoded[i](documents, Eigen::all)));
      };
      item.positives = random_probabilities(n, random);
      item.positives[1] = 0.0;
      item.positives /= item.positives.sum();
      item.first_stage = random_scores(n, random);
      item.ranks = &ranks[i];
      item.weight = 0.2 + 0.3 * static_cast<double>(i);
      item.seed = 100 + i;
      items.push_back(item);
    }
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // b[rank] of each document of an item.
  Eigen::VectorXd offsets(std::size_t item, const Eigen::VectorXd& b) const {
    Eigen::VectorXd offset = Eigen::VectorXd::Zero(encoded[item].rows());
    for (std::size_t d = 0; d < ranks[item].size(); ++d) offset[static_cast<Eigen::Index>(d)] = b[ranks[item][d] - 1];
    return offset;
  }
};

/// A network that is not at its start.
inline Network network_of(unsigned seed) {
  std::mt19937_64 random(seed);
  return busy_network(4, {5, 3}, random);
}

/// A game that is not at its start: networks with biases, offsets of some size.
struct BusyGame : Players, Game {
  BusyGame(const GameOptions& options, ThreadPool& threads)
      : Players{Player(network_of(7)), Player(network_of(8)), PositionOffsets(kNumRanks)},
        Game(options, static_cast<Players&>(*this), kGameLayout, kGameLayout, threads) {
    std::mt19937_64 random(9);
    offsets.value = random_scores(kNumRanks, random);
  }
};

/// The gradient of a player's one step: its first moment is a tenth of it, unless it was clipped.
inline Eigen::VectorXd gradient_of(const Player& player) {
  Eigen::VectorXd gradient = flat(player.first_moment) / 0.1;
  REQUIRE(gradient.norm() < 0.99 * DescentConstants::kMaxGradientNorm);
  return gradient;
}

}  // namespace irgan
