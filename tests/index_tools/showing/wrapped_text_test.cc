#include "index_tools/showing/wrapped_text.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace irgan::wrapped_text_test {

TEST_CASE("a text is broken at spaces, and other spaces go", "[index_tools][wrapped_text]") {
  CHECK(wrapped("one two three", {20}) == "one two three");
  CHECK(wrapped("one two three", {13}) == "one two three");
  CHECK(wrapped("one two three", {12}) == "one two\nthree");
  CHECK(wrapped("  one   two ", {12}) == "one two");
  CHECK(wrapped("", {12}).empty());
}

TEST_CASE("lines after the first are indented, and the first has less room where something stands on it",
          "[index_tools][wrapped_text]") {
  CHECK(wrapped("one two three", {10, 4, 2}) == "one\n  two\n  three");
  CHECK(wrapped("one", {10, 8, 2}) == "\n  one");
}

TEST_CASE("line ends of the text stay", "[index_tools][wrapped_text]") {
  CHECK(wrapped("one\ntwo three", {9}) == "one\ntwo three");
  CHECK(wrapped("one\n\ntwo", {9}) == "one\n\ntwo");
}

TEST_CASE("a word longer than a line is broken, behind a bar or comma where it can be", "[index_tools][wrapped_text]") {
  CHECK(wrapped("a|bc|def|g", {6}) == "a|bc|\ndef|g");
  CHECK(wrapped("x abcdefgh", {5, 0, 1}) == "x\n abcd\n efgh");
}

TEST_CASE("a mark ends every line but the last and has its room", "[index_tools][wrapped_text]") {
  CHECK(wrapped("cut --one a --two b", {12, 0, 2, " \\"}) == "cut --one \\\n  a --two \\\n  b");
}

TEST_CASE("a line that is too wide goes on under its beginning", "[index_tools][wrapped_text]") {
  CHECK(fitted_line("one two three", 40) == "one two three");
  CHECK(fitted_line("label      one two three four five six seven", 40) ==
        "label      one two three four five six\n           seven");
  CHECK(fitted_line("note: one two three four five six seven", 30) == "note: one two three four five\n  six seven");
  CHECK(fitted_line("  - one two three four five six seven", 30) == "  - one two three four five\n    six seven");
  const std::string wide = "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4";  // 8 columns, 16 bytes
  CHECK(fitted_line(wide, 10) == wide);
}

TEST_CASE("data are not broken", "[index_tools][wrapped_text]") {
  for (const char* const line : {"{\"a\": \"one two three four five\"}", "  \"a\": \"one two three four five\"",
                                 "run\tquery\tndcg@10\t0.123456 and more of it"})
    CHECK(fitted_line(line, 20) == line);
}

TEST_CASE("lines are fitted as they come, and what was flushed stays", "[index_tools][wrapped_text]") {
  std::ostringstream sink;
  {
    FittedLines lines(sink.rdbuf(), 24);
    std::ostream out(&lines);
    out << "one two three "
        << "four five six\n\n"
        << "asked: " << std::flush << "one two three four five six\nend";
  }
  CHECK(sink.str() == "one two three four five\n  six\n\nasked: one two three four five six\nend");
}

TEST_CASE("a line after a progress bar is fitted", "[index_tools][wrapped_text]") {
  std::ostringstream sink;
  FittedLines lines(sink.rdbuf(), 24);
  std::ostream out(&lines);
  out << "\rwork 50 %\x1b[K" << std::flush << "\r\x1b[K" << std::flush << "one two three four five six\n";
  CHECK(sink.str() == "\rwork 50 %\x1b[K\r\x1b[Kone two three four five\n  six\n");
}

}  // namespace irgan::wrapped_text_test
