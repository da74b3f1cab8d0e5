/// How numbers are shown to people.
#pragma once

#include <string>

namespace irgan {

/// Returns `value` as printf's `form` has it, up to 63 bytes.
std::string formatted(const char* form, double value);

/// Returns a share as "63 %", or "0.4 %" below ten; 0 of a whole that is 0.
std::string percent(double part, double whole);

}  // namespace irgan
