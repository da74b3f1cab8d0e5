#include "trainer/negatives/shingles.h"

#include <catch2/catch.hpp>

using namespace irgan;

TEST_CASE("equal words are equal shingles, whatever stands between them", "[trainer][shingles]") {
  CHECK(shingles_of("The quick brown fox") == shingles_of("the  QUICK, brown-fox!"));
  CHECK(shingles_of("the quick brown fox").size() == 2);
  CHECK(shingles_of("to be or not to be or not").size() == 4);  // each once
  CHECK(shingles_of("   ").empty());
}

TEST_CASE("a text of fewer than three words is one shingle", "[trainer][shingles]") {
  CHECK(shingles_of("Up").size() == 1);
  CHECK(resemblance(shingles_of("Up"), shingles_of("up")) == 1.0);
  CHECK(resemblance(shingles_of("Up"), shingles_of("Down")) == 0.0);
}

TEST_CASE("resemblance is the share of common shingles", "[trainer][shingles]") {
  const Shingles a = shingles_of("a b c d e");  // abc bcd cde
  const Shingles b = shingles_of("b c d e f");  // bcd cde def
  CHECK(resemblance(a, b) == Approx(2.0 / 4.0));
  CHECK(resemblance(a, a) == 1.0);
  CHECK(resemblance(a, {}) == 0.0);
}

TEST_CASE("words in other scripts and their order count", "[trainer][shingles]") {
  CHECK(resemblance(shingles_of("百面 机器 学习"), shingles_of("百面 机器 学习")) == 1.0);
  CHECK(resemblance(shingles_of("one two three"), shingles_of("three two one")) == 0.0);
}
