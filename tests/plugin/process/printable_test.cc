#include "plugin/src/process/printable.h"

#include <catch2/catch.hpp>

namespace irgan::printable_test {

TEST_CASE("text of others commands no terminal", "[plugin][printable]") {
  CHECK(printable("gr\xC3\xBCn \xE2\x82\xAC \xF0\x9F\x98\x80\tx") == "gr\xC3\xBCn \xE2\x82\xAC \xF0\x9F\x98\x80\tx");
  CHECK(printable("\x1B[31m\x07") == "?[31m?");
  CHECK(printable("a\x7F") == "a?");
  CHECK(printable("a\xC2\x9B") == "a?");         // U+009B, which begins a command in eight bits
  CHECK(printable("a\xC2\xA0") == "a\xC2\xA0");  // U+00A0
  CHECK(printable("\xE2\x80\xAE"
                  "cod.exe") == "?cod.exe");  // U+202E
  CHECK(printable("a\r\nb") == "a  b");
  CHECK(printable(std::string("a\0b", 3)) == "a?b");
}

TEST_CASE("bytes that are no UTF-8 are shown as such, one by one", "[plugin][printable]") {
  CHECK(printable("a\xFFz") == "a?z");
  CHECK(printable("\x9B") == "?");
  CHECK(printable("\xC3") == "?");
  CHECK(printable("\xC0\xAF") == "??");            // overlong
  CHECK(printable("\xE0\x80\xAF") == "???");       // overlong
  CHECK(printable("\xED\xA0\x80") == "???");       // half a surrogate pair
  CHECK(printable("\xF4\x90\x80\x80") == "????");  // beyond U+10FFFF
  CHECK(printable("\xE2\x82") == "??");
}

}  // namespace irgan::printable_test
