#include "plugin/src/features/text_similarity.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace irgan::text_similarity_test {

using Catch::Matchers::WithinAbs;

namespace {

double jaccard(const char* query, const char* text) {
  const ComparableText a = comparable_text(query), b = comparable_text(text);
  return trigram_jaccard(a, b, num_shared_trigrams(a, b));
}
double coverage(const char* query, const char* text) {
  const ComparableText a = comparable_text(query);
  return trigram_coverage(a, num_shared_trigrams(a, comparable_text(text)));
}
bool joined(const char* query, const char* text) { return joined_match(comparable_text(query), comparable_text(text)); }
bool prefix(const char* query, const char* text) { return prefix_match(comparable_text(query), comparable_text(text)); }

constexpr double kRounding = 1e-15;  // one division of integers

}  // namespace

TEST_CASE("comparable_text keeps words in lower case, one space between", "[plugin][text_similarity]") {
  const ComparableText text = comparable_text("  The  QUICK,\tbrown--fox! ");
  CHECK(text.spaced == "the quick brown fox");
  CHECK(text.joined == "thequickbrownfox");
}

TEST_CASE("comparable_text takes letters by Unicode", "[plugin][text_similarity]") {
  CHECK(comparable_text("ÉCOLE d'été — ΑΘΗΝΑ").spaced == "école d été αθηνα");
  CHECK(comparable_text("中国、日本").spaced == "中国 日本");
  CHECK(comparable_text("3D-Druck_1").spaced == "3d druck_1");  // Unicode counts connector punctuation as a word's
}

TEST_CASE("comparable_text of nothing is nothing", "[plugin][text_similarity]") {
  for (const char* text : {"", "  ", "!?", "—"}) {
    CAPTURE(text);
    CHECK(comparable_text(text).spaced.empty());
    CHECK(comparable_text(text).joined.empty());
    CHECK(comparable_text(text).trigrams.empty());
  }
}

TEST_CASE("comparable_text takes bytes that are no UTF-8 for Latin 1, as Xapian does", "[plugin][text_similarity]") {
  CHECK(comparable_text("caf\xE9").spaced == "café");
}

TEST_CASE("trigrams are of code points with two spaces before and one behind", "[plugin][text_similarity]") {
  CHECK(comparable_text("ab").trigrams.size() == 3);      // "  a" " ab" "ab "
  CHECK(comparable_text("é").trigrams.size() == 2);       // "  é" " é "
  CHECK(comparable_text("aaaaaa").trigrams.size() == 4);  // "  a" " aa" "aaa" "aa ", each once
  const ComparableText fox = comparable_text("the quick brown fox");
  CHECK(std::is_sorted(fox.trigrams.begin(), fox.trigrams.end()));
  // The largest code point fills its 21 bits and no more: U+10FFFF is no word character, U+20000 is.
  const ComparableText largest = comparable_text("\xF0\xA0\x80\x80");
  CHECK(std::vector<std::uint64_t>(largest.trigrams.begin(), largest.trigrams.end()) ==
        std::vector<std::uint64_t>{std::uint64_t{' '} << 42 | std::uint64_t{' '} << 21 | 0x20000,
                                   std::uint64_t{' '} << 42 | std::uint64_t{0x20000} << 21 | ' '});
}

TEST_CASE("trigram_jaccard is the share of trigrams that both have", "[plugin][text_similarity]") {
  // "cat": "  c" " ca" "cat" "at ".  "cart": "  c" " ca" "car" "art" "rt ".  Two of seven are shared.
  CHECK_THAT(jaccard("cat", "cart"), WithinAbs(2.0 / 7.0, kRounding));
  CHECK_THAT(jaccard("cart", "cat"), WithinAbs(2.0 / 7.0, kRounding));
  CHECK(jaccard("Cat!", " cat") == 1.0);
  CHECK(jaccard("cat", "dog") == 0.0);
  CHECK(jaccard("", "cat") == 0.0);
  CHECK(jaccard("", "") == 0.0);
}

TEST_CASE("trigram_coverage is the share of the query's trigrams that the text has", "[plugin][text_similarity]") {
  CHECK_THAT(coverage("cat", "cart"), WithinAbs(2.0 / 4.0, kRounding));
  CHECK_THAT(coverage("cart", "cat"), WithinAbs(2.0 / 5.0, kRounding));
  CHECK(coverage("cat", "cat and dog") == 1.0);
  CHECK(coverage("cat", "the cat sat") == 0.75);  // "  c" stands at the beginning of a text alone
  CHECK(coverage("", "cat") == 0.0);
  CHECK(coverage("cat", "") == 0.0);
}

TEST_CASE("joined_match finds joined and parted words", "[plugin][text_similarity]") {
  CHECK(joined("foot ball", "Football boots"));
  CHECK(joined("football", "my foot-ball"));
  CHECK_FALSE(joined("footbal boots", "football boots"));
  CHECK_FALSE(joined("oo", "football"));  // two bytes stand in too many texts
  CHECK(joined("oot", "football"));
  CHECK_FALSE(joined("", "football"));
}

TEST_CASE("prefix_match asks for the beginning of the text", "[plugin][text_similarity]") {
  CHECK(prefix("red sh", "Red shoes"));
  CHECK(prefix("RED", "red"));
  CHECK(prefix("éco", "École"));
  CHECK_FALSE(prefix("shoes", "red shoes"));
  CHECK_FALSE(prefix("red shoes", "red"));
  CHECK_FALSE(prefix("", "red"));
}

}  // namespace irgan::text_similarity_test
