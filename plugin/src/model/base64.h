/// Bytes written as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Source: RFC 4648, section 4
IRGAN_API std::string encode_base64(std::string_view bytes);

/// Returns the bytes that `text` stands for, or nothing if it is not base64. The "=" at the end may be left out.
///
/// Source:   RFC 4648, section 4; bits left over must be 0
IRGAN_API std::optional<std::string> decode_base64(std::string_view text);

}  // namespace irgan
