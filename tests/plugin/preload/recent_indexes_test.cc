#include "plugin/preload/recent_indexes.h"

#include <catch2/catch.hpp>

namespace irgan::recent_indexes_test {

TEST_CASE("the indexes asked for last are remembered, and no more", "[plugin][preload]") {
  RecentIndexes<int> recent;
  for (int i = 1; i <= 4; ++i) recent.of(std::to_string(i)) = i;
  for (int i = 1; i <= 4; ++i) CHECK(recent.of(std::to_string(i)) == i);
  CHECK(recent.of("1") == 1);
  recent.of("5") = 5;  // in the place of 2, which nobody asked for in the longest time
  CHECK(recent.of("1") == 1);
  CHECK(recent.of("3") == 3);
  CHECK(recent.of("4") == 4);
  CHECK(recent.of("5") == 5);
  CHECK(recent.of("2") == 0);
}

}  // namespace irgan::recent_indexes_test
