/// What simdjson's error codes say of the machine and not of the text.
#pragma once

#include <simdjson.h>

#include <new>

namespace irgan {

/// Returns `error`, which then is one of the text.
///
/// Throws: std::bad_alloc if there was not enough memory to read the text
inline simdjson::error_code error_of_text(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  return error;
}

}  // namespace irgan
