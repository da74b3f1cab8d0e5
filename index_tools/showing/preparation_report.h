/// Shows how evidence becomes training data.
#pragma once

#include <optional>
#include <string>

#include "index_tools/showing/console.h"
#include "irgan/preparation.h"
#include "trainer/labels/click_model.h"

namespace irgan {

/// Returns a listener that shows a progress bar for the features, and what was left out and why.
///
/// asked_days: of --half-life, if it was given
/// console:    must outlive the listener
PreparationListener shown_preparation(std::optional<double> asked_days, const Console& console);

/// What a log says of one context, in a line: "context device: mobile (61 %), desktop (38 %); none 1 % of the clicks".
std::string context_line(const ContextCount& count);

/// What a fitted click model says of itself, a line or none: the examination by rank, and the habits of users.
std::string examination_line(const FittedClickModel& fitted);

}  // namespace irgan
