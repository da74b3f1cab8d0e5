/// Text that others wrote, as a terminal or a log can show it.
#pragma once

#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Returns one line that commands no terminal: `?` for control characters (DEL and U+0080 to U+009F among them), for
/// those that turn the direction of writing, and for bytes that are not UTF-8; a space for line ends. Tabs stay.
IRGAN_API std::string printable(std::string_view text);

}  // namespace irgan
