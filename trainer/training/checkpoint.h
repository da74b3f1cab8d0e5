/// The state of a training run between two epochs, and its file form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "irgan/training_record.h"
#include "trainer/game/game.h"

namespace irgan {

/// The epoch that validation liked best, for one ranker.
struct BestEpoch {
  static constexpr int kNone = -1;   ///< none yet
  static constexpr int kStart = -2;  ///< before the first: the model that training went on from

  double score = 0.0;
  int epoch = kNone;  ///< 0-based
  Network discriminator;
  Network generator;
};

/// All that a run needs to go on, bit for bit as if it had not stopped.
struct TrainingState {
  int network = 0;  ///< the one in training
  int epoch = 0;    ///< its next epoch
  Players players;
  ByRanker<BestEpoch> best;
  std::vector<Network> discriminators;  ///< of the networks that are done
  std::vector<Network> generators;
  TrainingRecord record;  ///< of the networks and epochs so far
};

/// run: what tells this run from others; a checkpoint is resumed by the same one only.
IRGAN_API std::string encode_checkpoint(const TrainingState& state, const std::string& run);

/// Throws: FormatError if the bytes are damaged; ConfigError if they belong to another run
IRGAN_API TrainingState decode_checkpoint(std::string_view bytes, const std::string& run, const std::string& path);

/// Compares the shapes of all that was read with each other, and with what a run of these options and data starts with.
///
/// fresh: the state at the beginning of the network that `state` is at
/// Throws: FormatError if any differs, or a counter is one that the run cannot have
IRGAN_API void check_shapes(const TrainingState& state, const TrainingState& fresh, bool has_generator,
                            const std::string& path);

}  // namespace irgan
