/// Says in words how a game went wrong, and which option to change.
#pragma once

#include <string>
#include <vector>

#include "irgan/epoch_report.h"
#include "irgan/training_data.h"
#include "trainer/game/game.h"

namespace irgan {

/// Returns a sentence for each trouble that the epochs of one network show; none if the game went well.
///
///   circles:    KL(p_true || p_theta) ends well above the smallest that it had
///   collapses:  the policy's entropy is near 0 while the clicks it should match are spread
///   forgets:    the discriminator's validation ends well below its best (the plain form does)
///   behind:     the discriminator's best validation is far below the generator's
IRGAN_API std::vector<std::string> diagnose(const std::vector<EpochReport>& epochs, const GameOptions& options,
                                            LabelKind labels);

}  // namespace irgan
