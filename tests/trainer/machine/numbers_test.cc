#include "trainer/machine/numbers.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

namespace irgan::numbers_test {

TEST_CASE("text is a number only from its first byte to its last", "[trainer][numbers]") {
  double number = 0.0;
  CHECK(parse_number("-2.5e-3", number));
  CHECK(number == -2.5e-3);
  CHECK(parse_number("inf", number));
  CHECK(std::isinf(number));
  for (const std::string text : {"", " 1", "1 ", "+1", "1x", "0x10", "1e999", "-"}) {
    INFO("'" << text << "'");
    CHECK_FALSE(parse_number(text, number));
  }
}

TEST_CASE("a whole number must fit what is to hold it", "[trainer][numbers]") {
  unsigned number = 0;
  CHECK(parse_number("4294967295", number));
  CHECK(number == 4294967295);
  CHECK_FALSE(parse_number("4294967296", number));
  CHECK_FALSE(parse_number("-1", number));
  CHECK_FALSE(parse_number("1.0", number));
}

}  // namespace irgan::numbers_test
