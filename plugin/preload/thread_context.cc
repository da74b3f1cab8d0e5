#include "plugin/preload/thread_context.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "plugin/preload/settings.h"

namespace irgan {
namespace {

constexpr std::size_t kLongest = 1023;  // bytes of a context

// Without a destructor: programs search until the very end of a thread.
thread_local std::array<char, kLongest + 1> context_text{};
thread_local bool is_too_long = false;

std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Puts what `text`, which `origin` gave, says into `context`.
void add(const std::string& text, const std::string& origin, SearchContext& context) {
  if (text.empty()) return;
  std::string bad;
  for (auto& [name, value] : context_of_text(text, bad)) context[name] = value;
  if (!bad.empty()) tell_once(origin + ": '" + bad + "' is no NAME=VALUE, and says nothing");
}

}  // namespace

SearchContext context_of_text(const std::string& text, std::string& bad) {
  SearchContext context;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string part = without_blanks(text.substr(begin, end - begin));
    begin = end + 1;
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string name = equals == std::string::npos ? "" : without_blanks(part.substr(0, equals));
    if (name.empty()) {
      if (bad.empty()) bad = part;
      continue;
    }
    const std::string value = without_blanks(part.substr(equals + 1));
    if (value.empty()) {
      context.erase(name);
    } else {
      context[name] = value;
    }
  }
  return context;
}

SearchContext context_of_thread() {
  SearchContext context;
  add(preload_settings().context, "IRGAN_CONTEXT", context);
  if (is_too_long) tell_once("irgan_search_context: a context of more than 1023 bytes says nothing");
  add(context_text.data(), "irgan_search_context", context);
  return context;
}

}  // namespace irgan

void irgan_search_context(const char* context) {
  const std::size_t size = context ? std::strlen(context) : 0;
  irgan::is_too_long = size > irgan::kLongest;
  irgan::context_text[0] = '\0';
  if (size > 0 && !irgan::is_too_long) std::memcpy(irgan::context_text.data(), context, size + 1);
}
