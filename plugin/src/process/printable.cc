#include "plugin/src/process/printable.h"

#include <cstdint>

namespace irgan {
namespace {

struct Letter {
  std::uint32_t code = 0;
  std::size_t size = 0;  // in bytes; 0: they are no UTF-8
};

Letter letter_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
  std::uint32_t code = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kSmallest[size] || is_surrogate || code > 0x10FFFF ? Letter{} : Letter{code, size};
}

bool is_command(std::uint32_t code) {
  return (code < 0x20 && code != '\t') || (code >= 0x7F && code <= 0x9F) || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Letter letter = letter_at(text);
    const std::size_t size = letter.size > 0 ? letter.size : 1;
    if (letter.code == '\n' || letter.code == '\r') {
      shown += ' ';
    } else if (letter.size == 0 || is_command(letter.code)) {
      shown += '?';
    } else {
      shown += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return shown;
}

}  // namespace irgan
