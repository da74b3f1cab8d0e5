/// Which of the two players of the game ranks.
#pragma once

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Which of the two players ranks.
///
/// Units: scores of each are comparable within one query, and not between rankers
enum class Ranker {
  discriminator,  ///< s, the discriminator's score
  generator,      ///< g / temperature, the policy's logit
  combined,       ///< their mean: both estimate log p_true(d|q) up to a constant a query
};

/// Returns its name, as options and files have it: "discriminator", "generator" or "combined".
///
/// Threads: pure
IRGAN_API const char* to_string(Ranker ranker);
/// Returns the ranker of that name.
///
/// Throws: ConfigError listing the three names.
IRGAN_API Ranker ranker_from_string(const std::string& name);

}  // namespace irgan
