/// JSON out of files that may have been forged.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

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

/// Returns a whole number of JSON.
///
/// Throws: json::exception if `value` is none, or one that a Number cannot hold: get() would take another in its place
template <class Number>
Number whole_number(const nlohmann::json& value) {
  static_assert(std::is_integral_v<Number> && !std::is_same_v<Number, bool>);
  using Limits = std::numeric_limits<Number>;
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(Limits::max())) return static_cast<Number>(number);
  } else if (value.is_number_integer()) {  // below 0
    const auto number = value.get<std::int64_t>();
    if (std::is_signed_v<Number> && number >= static_cast<std::int64_t>(Limits::min()))
      return static_cast<Number>(number);
  }
  throw nlohmann::json::type_error::create(302,
                                           (value.is_number() ? value.dump() : "a value") +
                                               " stands where a whole number from " + std::to_string(Limits::min()) +
                                               " to " + std::to_string(Limits::max()) + " should",
                                           &value);
}

/// The same of each value of an array.
template <class Number>
std::vector<Number> whole_numbers(const nlohmann::json& values) {
  if (!values.is_array()) throw nlohmann::json::type_error::create(302, "no array, but a single value", &values);
  std::vector<Number> numbers;
  for (const nlohmann::json& value : values) numbers.push_back(whole_number<Number>(value));
  return numbers;
}

}  // namespace irgan
