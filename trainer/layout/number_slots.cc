#include "trainer/layout/number_slots.h"

#include <utf8proc.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "plugin/src/features/xapian_versions.h"

namespace irgan {
namespace {

constexpr std::uint64_t kMostValues = 200;
constexpr double kSmallest = 1e-12;  // closer to 0 no site's numbers are, but other programs' bytes
constexpr double kLargest = 1e18;    // beyond it few are, but texts
constexpr std::size_t kOneOtherIn = 20;
constexpr std::size_t kMostShown = 24;

// Numbers from 0 up begin with a byte from 0x80 on; texts of ASCII read as negative numbers.
bool is_text(const std::string& value) {
  const bool is_printable = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool is_of_digits = value.find_first_not_of("0123456789.,:-/ ") == std::string::npos;
  return is_printable && (is_of_digits || value.size() > 2);
}

// Letters beyond ASCII in UTF-8, which a number's bytes are by chance only where they are few.
bool is_foreign_text(const std::string& value) {
  if (value.size() < 3) return false;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(value.data());
  const auto size = static_cast<utf8proc_ssize_t>(value.size());
  for (utf8proc_ssize_t place = 0; place < size;) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(bytes + place, size - place, &letter);
    if (length < 1 || letter < ' ') return false;
    place += length;
  }
  return true;
}

// A value as messages show it: bytes that are no text as \xNN.
std::string shown(const std::string& value) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : value.substr(0, kMostShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return '\'' + text + (value.size() > kMostShown ? "...'" : "'");
}

}  // namespace

bool may_be_number(const std::string& value) {
  const double number = Xapian::sortable_unserialise(value);
  if (Xapian::sortable_serialise(number) != value) return false;
  const double size = std::fabs(number);
  if (size <= kLargest) return size == 0.0 || size >= kSmallest;
  return std::isinf(size) || !(is_text(value) || is_foreign_text(value));
}

std::string objection_to_numbers(const Xapian::Database& db, Xapian::valueno slot) {
  if (has_remote_shard(db) || db.get_value_freq(slot) == 0) return {};
  std::size_t num_values = 0;
  std::size_t num_texts = 0;
  std::size_t num_others = 0;  // no numbers
  std::string text;
  std::string other;
  const std::uint64_t last = db.get_lastdocid();
  const std::uint64_t count = std::min<std::uint64_t>(kMostValues, last);
  auto value = db.valuestream_begin(slot);
  const auto end = db.valuestream_end(slot);
  Xapian::docid before = 0;
  for (std::uint64_t i = 0; i < count && value != end; ++i) {
    value.skip_to(std::max<Xapian::docid>(static_cast<Xapian::docid>(1 + i * last / count), before + 1));
    if (value == end) break;
    before = value.get_docid();
    const std::string bytes = *value;
    ++num_values;
    const bool is_other = !may_be_number(bytes);
    const std::string place = "document " + std::to_string(before) + " has " + shown(bytes);
    if (is_other && num_others++ == 0) other = place;
    if ((is_text(bytes) || is_foreign_text(bytes)) && num_texts++ == 0) text = place;
  }
  if (num_others * kOneOtherIn > num_values) return other;
  return num_values > 0 && (num_values - num_texts) * kOneOtherIn <= num_values ? text : std::string();
}

}  // namespace irgan
