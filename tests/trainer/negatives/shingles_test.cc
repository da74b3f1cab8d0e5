#include "trainer/negatives/shingles.h"

#include <catch2/catch.hpp>

namespace irgan::shingles_test {

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

TEST_CASE("texts without spaces are compared by characters", "[trainer][shingles]") {
  const char* text = "cam 東京駅から新宿駅までの行き方を教えてください。電車とバスのどちらが早いですか";
  const Shingles own = shingles_of(text);
  CHECK(own.of_characters);
  const auto like = [&](const char* other) { return resemblance(own, shingles_of(other)); };
  CHECK(like("cam 東京駅から新宿駅までの行き方を教えてください。電車とバスのどちらが早いでしょうか") > 0.9);
  CHECK(like("cam 東京駅から新宿駅までの行き方を教えてください 電車とバスのどちらが早いですか！") == 1.0);
  CHECK(like("cam 大阪の天気") < 0.1);
  CHECK(like("cam from tokyo station to shinjuku station which is faster") < 0.1);
  // Names that differ in a part are two.
  CHECK(resemblance(shingles_of("大阪から東京まで"), shingles_of("東京から大阪まで")) < 0.9);
  CHECK(resemblance(shingles_of("中华人民共和国北京市"), shingles_of("中华人民共和国南京市")) < 0.9);
  CHECK(resemblance(shingles_of("กรุงเทพมหานคร"), shingles_of("กรุงเทพมหานคร ")) == 1.0);
  CHECK_FALSE(shingles_of("서울에서 부산까지 가는 방법").of_characters);  // Korean has spaces
}

TEST_CASE("signs tell short texts and names apart, punctuation does not", "[trainer][shingles]") {
  const auto like = [](const char* a, const char* b) { return resemblance(shingles_of(a), shingles_of(b)); };
  const char* names[] = {"C", "C++", "C#", "C--", "-5 C", "5 C", "A+", "A-", ".NET", "NET", "1.5", "15", "$5", "5"};
  for (const char* a : names) {
    for (const char* b : names) {
      INFO(a << " and " << b);
      CHECK(like(a, b) == (a == b ? 1.0 : 0.0));
    }
  }
  CHECK(like("Tea.", "tea") == 1.0);
  CHECK(like("\"Green tea\"!", "green  tea") == 1.0);
  CHECK(like("T-shirt", "t shirt") == 1.0);
  CHECK(like("Learn C++ in 21 days", "Learn C# in 21 days") < 0.9);
  CHECK(like("Learn C++ in 21 days", "learn c++, in 21 days!") == 1.0);
  CHECK(like("stored at -5 degrees", "stored at 5 degrees") < 0.9);
}

TEST_CASE("case and spaces beyond ASCII do not count", "[trainer][shingles]") {
  CHECK(shingles_of("MÜNCHEN ÜBER ALLES") == shingles_of("münchen über alles"));
  CHECK(shingles_of("red\u00A0shoes\u3000now") == shingles_of("red shoes now"));
}

}  // namespace irgan::shingles_test
