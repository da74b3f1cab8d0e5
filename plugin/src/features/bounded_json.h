/// JSON out of files that may have been forged.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Whether arrays and objects of `text` stand deeper in each other than in any JSON of ours: to print or free a value
/// takes a frame of the stack for each level.
IRGAN_API bool is_deep_json(std::string_view text);

/// Returns the value.
///
/// Throws: FormatError beginning with `origin` if it is_deep_json(); json::exception if it is no JSON
inline nlohmann::json parse_json(std::string_view text, const std::string& origin) {
  if (is_deep_json(text)) throw FormatError(origin + ": its JSON is nested too deep");
  return nlohmann::json::parse(text);
}

}  // namespace irgan
