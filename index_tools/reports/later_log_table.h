/// What a later log says of rankings.
#pragma once

#include <ostream>

#include "irgan/later_log.h"

namespace irgan {

/// A line a ranking with its interval and its difference to the first; what the figures rest on; and where nothing can
/// be said, why, and what would help.
void write_later_log(const LaterLogReport& report, std::ostream& out);

/// The same as one JSON object; what is not known is null.
void write_later_log_json(const LaterLogReport& report, std::ostream& out);

}  // namespace irgan
