#include "index_tools/showing/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <streambuf>

#include "index_tools/showing/terminal_text.h"
#include "index_tools/showing/wrapped_text.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 100;

/// Takes everything and keeps nothing.
class Nowhere : public std::streambuf {
 protected:
  int_type overflow(int_type c) override { return traits_type::not_eof(c); }
  std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
};

std::ostream& unread() {
  static Nowhere nowhere;
  static std::ostream stream(&nowhere);
  return stream;
}

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

Console Console::quiet(bool without_results) const {
  return {*this, without_results ? unread() : out, unread(), false, result_};
}

Console Console::keeping(nlohmann::json& result) const { return {*this, unread(), err, draws_progress_, &result}; }

void Console::result(const nlohmann::json& object) const {
  if (result_ != nullptr) *result_ = object;
}

Console Console::of_process() {
  guard_terminal(std::cout, STDOUT_FILENO);
  guard_terminal(std::cerr, STDERR_FILENO);
  const std::size_t known = columns();
  const std::size_t width = known == 0 ? kUsualWidth : std::clamp(known, kNarrowest, kWidest);
  static FittedLines out_lines(std::cout.rdbuf(), width);
  static FittedLines err_lines(std::cerr.rdbuf(), width);
  static std::ostream fitted_out(&out_lines);
  static std::ostream fitted_err(&err_lines);
  return {isatty(STDOUT_FILENO) != 0 ? fitted_out : std::cout, isatty(STDERR_FILENO) != 0 ? fitted_err : std::cerr,
          width, isatty(STDERR_FILENO) != 0};
}

}  // namespace irgan
