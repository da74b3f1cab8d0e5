/// Bytes written as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace irgan {

/// Returns the bytes that `text` stands for, or nothing if it is not base64. The "=" at the end may be left out.
///
/// Source:   RFC 4648, section 4; bits left over must be 0
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace irgan
