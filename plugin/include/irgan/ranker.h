/// Which of the two players of the game ranks.
#pragma once

#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Which of the two players ranks.
enum class Ranker {
  discriminator,  ///< s, the discriminator's score
  generator,      ///< g / temperature, the policy's logit
  combined,       ///< their mean: both estimate log p_true(d|q) up to a constant a query
};

IRGAN_API const char* to_string(Ranker ranker);
/// Throws: ConfigError listing the three names.
IRGAN_API Ranker ranker_from_string(const std::string& name);

}  // namespace irgan
