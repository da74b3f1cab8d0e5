#include "trainer/machine/hash.h"

#include <catch2/catch.hpp>

namespace irgan::hash_test {

TEST_CASE("mix_hash draws the numbers of splitmix64", "[trainer][hash]") {
  // The first two outputs of splitmix64 from state 0: its state grows by the golden ratio before each.
  CHECK(mix_hash(0, 0) == 0xE220A8397B1DCDAF);
  CHECK(mix_hash(0x9E3779B97F4A7C15, 0) == 0x6E789E6AA1B965F4);
}

TEST_CASE("text_hash is XXH3 of the bytes, alone or with a seed", "[trainer][hash]") {
  CHECK(text_hash("") == 0x2D06800538D394C2);  // of xxHash's own tests
  CHECK(text_hash("query") == text_hash("query", 0));
  CHECK(text_hash("query") != text_hash("query", 1));
}

}  // namespace irgan::hash_test
