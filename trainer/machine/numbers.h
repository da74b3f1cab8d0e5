/// Reads numbers out of text.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace irgan {

/// Returns whether `text`, from its first byte to its last, is a number that `number` can hold, which it then is.
///
/// Taken is what C writes, without blanks and without a plus: also inf and nan where Number is no whole number.
template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

}  // namespace irgan
