#include "index_tools/showing/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "index_tools/showing/terminal_text.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 100;

// 0 where nobody knows.
std::size_t columns() {
  std::size_t columns = 0;
  if (const char* const text = std::getenv("COLUMNS")) {
    if (parse_number(text, columns) && columns > 0) return columns;
  }
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// What is written to a terminal goes through TerminalText; files and pipes get the bytes. Never freed: streams are
// flushed at the very end.
void guard_terminal(std::ostream& stream, int fd) {
  if (isatty(fd) != 0) stream.rdbuf(new TerminalText(stream.rdbuf()));
}

}  // namespace

Console Console::of_process() {
  guard_terminal(std::cout, STDOUT_FILENO);
  guard_terminal(std::cerr, STDERR_FILENO);
  const std::size_t known = columns();
  return {std::cout, std::cerr, known == 0 ? kUsualWidth : std::clamp(known, kNarrowest, kWidest),
          isatty(STDERR_FILENO) != 0};
}

}  // namespace irgan
