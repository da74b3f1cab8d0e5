/// What a later log says of rankings.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "irgan/later_log.h"

namespace irgan {

/// A line a ranking with its interval and its difference to the first; what the figures rest on; and where nothing can
/// be said, why, and what would help.
void write_later_log(const LaterLogReport& report, std::ostream& out);

/// The same; what is not known is null.
nlohmann::json json_of(const LaterLogReport& report);

}  // namespace irgan
