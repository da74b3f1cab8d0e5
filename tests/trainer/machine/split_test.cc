#include "trainer/machine/split.h"

#include <catch2/catch.hpp>

namespace irgan::split_test {

using Pieces = std::vector<std::string_view>;

TEST_CASE("split gives one piece more than there are marks", "[trainer][split]") {
  CHECK(split("a,bc,d", ',') == Pieces{"a", "bc", "d"});
  CHECK(split("a\tb", ',') == Pieces{"a\tb"});
  CHECK(split(",a,,", ',') == Pieces{"", "a", "", ""});
  CHECK(split("", ',') == Pieces{""});
}

}  // namespace irgan::split_test
