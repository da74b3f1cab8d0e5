#include "trainer/text/query_words.h"

#include <utf8proc.h>
#include <xapian.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace irgan {
namespace {

// All code points below U+0300 are the same in NFC, and none combines with what stands before or is ignored. Bytes of
// UTF-8 from here on begin the others.
constexpr unsigned char kFirstCombining = 0xCC;

bool may_combine(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= kFirstCombining; });
}

// As in the word breaking of Xapian's TermGenerator and QueryParser.
bool is_ignored(unsigned letter) {
  return (letter >= 0x200B && letter <= 0x200D) || letter == 0x2060 || letter == 0xFEFF;
}

void append_blank(std::string& key) {
  if (!key.empty() && key.back() != ' ') key += ' ';
}

// Appends `text` as far as it is ASCII, and returns what is left.
std::string_view append_ascii(std::string_view text, std::string& key) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) break;
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
      append_blank(key);
    } else {
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
  }
  return text.substr(i);
}

std::string without_ignored(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (Xapian::Utf8Iterator i(text.data(), text.size()); i != Xapian::Utf8Iterator(); ++i) {
    if (!is_ignored(*i)) Xapian::Unicode::append_utf8(kept, *i);
  }
  return kept;
}

std::string composed(std::string text) {
  struct Free {
    void operator()(utf8proc_uint8_t* bytes) const { std::free(bytes); }
  };
  utf8proc_uint8_t* bytes = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &bytes, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(bytes);
  return size < 0 ? std::move(text) : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace

std::string query_words_key(std::string_view text) {
  std::string key;
  if (!append_ascii(text, key).empty()) {
    std::string letters;
    if (may_combine(text)) {
      letters = composed(without_ignored(text));
      text = letters;
    }
    key.clear();
    for (Xapian::Utf8Iterator i(text.data(), text.size()); i != Xapian::Utf8Iterator(); ++i) {
      Xapian::Unicode::is_whitespace(*i) ? append_blank(key)
                                         : Xapian::Unicode::append_utf8(key, Xapian::Unicode::tolower(*i));
    }
  }
  if (!key.empty() && key.back() == ' ') key.pop_back();
  return key;
}

}  // namespace irgan
