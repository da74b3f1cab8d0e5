#include "index_tools/showing/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace irgan {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 100;

// 0 where nobody knows.
std::size_t columns() {
  std::size_t columns = 0;
  if (const char* const text = std::getenv("COLUMNS")) {
    const std::string_view given(text);
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), columns);
    if (error == std::errc() && end == given.data() + given.size() && columns > 0) return columns;
  }
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Console Console::of_process() {
  const std::size_t known = columns();
  return {std::cout, std::cerr, known == 0 ? kUsualWidth : std::clamp(known, kNarrowest, kWidest),
          isatty(STDERR_FILENO) != 0};
}

}  // namespace irgan
