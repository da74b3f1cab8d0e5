#include "index_tools/showing/terminal_text.h"

#include <algorithm>
#include <string_view>

#include "plugin/src/process/printable.h"

namespace irgan {
namespace {

constexpr std::string_view kErase = "\x1b[K";
constexpr std::size_t kMostWaiting = std::size_t{1} << 14;

std::string harmless(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\n\r\x1b"), text.size());
    shown += printable(text.substr(0, end));
    text.remove_prefix(end);
    if (text.empty()) break;
    const bool is_erase = text.substr(0, kErase.size()) == kErase;
    const std::size_t size = is_erase ? kErase.size() : 1;
    shown += is_erase || text[0] != '\x1b' ? text.substr(0, size) : "?";
    text.remove_prefix(size);
  }
  return shown;
}

}  // namespace

TerminalText::int_type TerminalText::overflow(int_type letter) {
  if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
  const char one = traits_type::to_char_type(letter);
  return xsputn(&one, 1) == 1 ? letter : traits_type::eof();
}

std::streamsize TerminalText::xsputn(const char* text, std::streamsize size) {
  waiting_.append(text, static_cast<std::size_t>(size));
  return waiting_.size() < kMostWaiting || pass_on() ? size : 0;
}

int TerminalText::sync() { return pass_on() && out_->pubsync() == 0 ? 0 : -1; }

bool TerminalText::pass_on() {
  const std::string shown = harmless(waiting_);
  waiting_.clear();
  const auto size = static_cast<std::streamsize>(shown.size());
  return out_->sputn(shown.data(), size) == size;
}

}  // namespace irgan
