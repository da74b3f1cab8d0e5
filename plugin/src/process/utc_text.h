/// Times as text.
#pragma once

#include <chrono>
#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Returns a time as "2026-01-31T12:00:00.123Z". The C library's own way takes a lock that a forked child may find held
/// for ever.
IRGAN_API std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace irgan
