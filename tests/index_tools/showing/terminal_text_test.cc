#include "index_tools/showing/terminal_text.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace irgan::terminal_text_test {

TEST_CASE("what reaches a terminal commands it nothing but to erase a line", "[index_tools][terminal_text]") {
  std::stringbuf terminal;
  TerminalText text(&terminal);
  std::ostream out(&text);
  out << "\r[##..] 50 %\x1b[K" << std::flush << "a\tb\x1b[2J\n" << 'c' << "\x7F\xC2\x9B!\n\x1b" << std::flush;
  CHECK(terminal.str() ==
        "\r[##..] 50 %\x1b[Ka\tb?[2J\nc?"
        "?!\n?");
  CHECK(out.good());
}

TEST_CASE("long text reaches the terminal whole", "[index_tools][terminal_text]") {
  std::stringbuf terminal;
  TerminalText text(&terminal);
  std::ostream out(&text);
  std::string all;
  for (int i = 0; i < 10'000; ++i) {
    out << "line " << i << '\n';
    all += "line " + std::to_string(i) + '\n';
  }
  out.flush();
  CHECK(terminal.str() == all);
}

}  // namespace irgan::terminal_text_test
