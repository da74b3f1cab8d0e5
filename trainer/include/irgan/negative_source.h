/// The sources that mined negatives come from.
#pragma once

#include <string>

#include "irgan/errors.h"

namespace irgan {

enum class NegativeSource {
  generator,      ///< drawn from p_theta without replacement: over the candidates, or over the whole collection where
                  ///< the model's generator picks from that
  discriminator,  ///< by the discriminator's score
  bm25,           ///< by the first stage's order
  uniform,        ///< every candidate alike
  dns,            ///< the discriminator's best of kDynamicDraws uniform draws, again and again
  ambiguous,      ///< scores near the positive's
  skipped,        ///< shown above a click and not clicked
  run,            ///< by a TREC run
  teacher,        ///< by the scores of another model
};

/// Names as the command line has them.
IRGAN_API const char* to_string(NegativeSource source);
/// Throws: ConfigError listing the names
IRGAN_API NegativeSource negative_source_from_string(const std::string& name);

}  // namespace irgan
