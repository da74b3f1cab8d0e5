/// What simdjson found in a line, or says of it.
#pragma once

#include <simdjson.h>

#include <new>
#include <string>
#include <string_view>

namespace irgan {

/// Returns `error`, which then is one of the text and not of the machine.
///
/// Throws: std::bad_alloc if there was not enough memory to read the text
inline simdjson::error_code error_of_text(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  return error;
}

/// Returns a text; empty for what is none, or not there.
inline std::string text_of_field(simdjson::simdjson_result<simdjson::dom::element> found) {
  std::string_view text;
  return found.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// Whether it is there, and not null.
inline bool is_there(simdjson::simdjson_result<simdjson::dom::element> found) {
  simdjson::dom::element element;
  return found.get(element) == simdjson::SUCCESS && !element.is_null();
}

}  // namespace irgan
