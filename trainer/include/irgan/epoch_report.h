/// What an epoch of training did.
#pragma once

#include <array>
#include <cmath>

#include "irgan/game_options.h"
#include "irgan/model.h"

namespace irgan {

/// The three rankers, in the order of their numbers.
inline constexpr std::array<Ranker, 3> kRankers{Ranker::discriminator, Ranker::generator, Ranker::combined};

/// A value for each ranker.
template <class Value>
struct ByRanker {
  std::array<Value, kRankers.size()> values{};

  Value& operator[](Ranker ranker) { return values[static_cast<std::size_t>(ranker)]; }
  const Value& operator[](Ranker ranker) const { return values[static_cast<std::size_t>(ranker)]; }
};

/// Validation of the rankers; NaN where there is no such ranker.
using RankerScores = ByRanker<double>;

inline RankerScores no_scores() { return {{std::nan(""), std::nan(""), std::nan("")}}; }

struct EpochReport {
  int network = 0;  ///< 0-based
  int epoch = 0;    ///< 0-based
  GameStatistics statistics;
  RankerScores validation;
  double policy_hits = 0.0;   ///< chance that a draw of the generator is a held-out positive; NaN without one
  double uniform_hits = 0.0;  ///< the same for a uniform draw
  double hidden_hits = 0.0;   ///< chance that a draw, the known half of the positives left out, is of the other half
  double hidden_uniform_hits = 0.0;  ///< the same for a uniform draw; both NaN without a generator
};

}  // namespace irgan
