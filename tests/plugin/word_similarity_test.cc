#include "plugin/src/word_similarity.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plugin/src/text_similarity.h"

using namespace irgan;
using Catch::Matchers::WithinAbs;

namespace {

std::vector<ComparableWord> words_of(const char* text) { return comparable_text(text).words; }

double similarity(const char* a, const char* b) { return word_similarity(words_of(a).at(0), words_of(b).at(0)); }

// Each letter weighs one, and a word's stem is its first three letters.
std::vector<ComparableWord> weighed(const char* text) {
  std::vector<ComparableWord> words = words_of(text);
  for (ComparableWord& word : words) {
    word.idf = static_cast<double>(word.letters.size());
    word.stem = std::string(word.letters.begin(), word.letters.begin() + std::min<long>(3, word.letters.end() - word.letters.begin()));
  }
  return words;
}

constexpr double kRounding = 1e-15;  // one division of integers

}  // namespace

TEST_CASE("words are parted like the text, but for an apostrophe between letters", "[plugin][word_similarity]") {
  std::vector<std::u32string> letters;
  for (const ComparableWord& word : words_of("Howl's X-Men: d\u2019été '70s' 'twas")) letters.push_back(word.letters);
  CHECK(letters == std::vector<std::u32string>{U"howls", U"x", U"men", U"dété", U"70s", U"twas"});
}

TEST_CASE("parts of a text end at colons and at dashes beside a space", "[plugin][word_similarity]") {
  std::vector<std::u32string> first;
  for (const ComparableWord& word : words_of("X-Men: Days of Past \u2013 Rogue, the Cut")) {
    if (word.begins_part) first.push_back(word.letters);
  }
  CHECK(first == std::vector<std::u32string>{U"x", U"days", U"rogue"});
}

TEST_CASE("the similarity of words falls with each edit and each swap", "[plugin][word_similarity]") {
  CHECK(similarity("rings", "rings") == 1.0);
  CHECK_THAT(similarity("ring", "rings"), WithinAbs(1 - 1 / 5.0, kRounding));
  CHECK_THAT(similarity("avnegers", "avengers"), WithinAbs(1 - 1 / 8.0, kRounding));
  CHECK_THAT(similarity("leopold", "leonard"), WithinAbs(1 - 3 / 7.0, kRounding));  // p-n, o-a, l-r
  CHECK_THAT(similarity("école", "ecole"), WithinAbs(1 - 1 / 5.0, kRounding));
  CHECK(similarity("ca", "abc") == 0.0);  // three edits, where a swap and a later insertion between would be two
}

TEST_CASE("words that share less than half, or differ in more than three letters, are not alike", "[plugin][word_similarity]") {
  CHECK(similarity("cat", "dog") == 0.0);
  CHECK(similarity("cat", "cot") == 1 - 1 / 3.0);
  CHECK(similarity("cat", "cop") == 0.0);
  CHECK(similarity("a", "b") == 0.0);
  CHECK(similarity("abcdefghijkl", "abcdefghiXYZ") == 1 - 3 / 12.0);
  CHECK(similarity("abcdefghijklm", "abcdefghiWXYZ") == 0.0);
}

TEST_CASE("a word of more than 64 letters is like itself only", "[plugin][word_similarity]") {
  const std::string longest(64, 'a');
  const std::string longer(65, 'a');
  CHECK_THAT(similarity(longest.c_str(), (longest.substr(1) + "b").c_str()), WithinAbs(1 - 1 / 64.0, kRounding));
  CHECK(similarity(longer.c_str(), longest.c_str()) == 0.0);
  CHECK(similarity(longer.c_str(), longer.c_str()) == 1.0);
}

TEST_CASE("fuzzy_coverage weighs each word's nearest one by idf", "[plugin][word_similarity]") {
  // "avnegers" is 7/8 of "avengers" and weighs 8; "war" weighs 3 and has its like; "xyzzy" weighs 5 and has none.
  CHECK_THAT(fuzzy_coverage(weighed("avnegers war xyzzy"), weighed("avengers infinity war")),
             WithinAbs((7.0 / 8.0 * 8 + 3) / 16, kRounding));
  // Likewise of the title's: "infinity" is like none.
  CHECK_THAT(fuzzy_coverage(weighed("avengers infinity war"), weighed("avnegers war xyzzy")),
             WithinAbs((7.0 / 8.0 * 8 + 3) / 19, kRounding));
  CHECK(fuzzy_coverage(weighed(""), weighed("war")) == 0.0);
  CHECK(fuzzy_coverage(weighed("war"), weighed("")) == 0.0);
}

TEST_CASE("part_share is that of the part which the query names best", "[plugin][word_similarity]") {
  // Of "star wars" 4/8 by stems (sta), of "a new hope" 8/8; of both together it would be 12/16.
  CHECK(part_share(weighed("new hope a stare"), weighed("Star Wars: A New Hope")) == 1.0);
  CHECK_THAT(part_share(weighed("star hope"), weighed("Star Wars: A New Hope")), WithinAbs(4 / 8.0, kRounding));
  CHECK(part_share(weighed("war"), weighed("")) == 0.0);
  CHECK(part_share(weighed(""), weighed("war")) == 0.0);
}

TEST_CASE("numbers agree in digits and as Roman numerals", "[plugin][word_similarity]") {
  CHECK(number_match(words_of("rocky 2"), words_of("Rocky II")) == 1.0);
  CHECK(number_match(words_of("rocky iv"), words_of("Rocky II")) == 0.0);
  CHECK(number_match(words_of("rocky iv"), words_of("Rocky")) == 0.0);
  CHECK(std::isnan(number_match(words_of("rocky"), words_of("Rocky II"))));
  CHECK(std::isnan(number_match(words_of("i robot 3d"), words_of("I, Robot"))));  // I is a pronoun, 3d a word

  CHECK(number_surplus(words_of("rocky"), words_of("Rocky II")));
  CHECK(number_surplus(words_of("rocky 3"), words_of("Rocky II")));
  CHECK_FALSE(number_surplus(words_of("rocky 2"), words_of("Rocky II")));
  CHECK_FALSE(number_surplus(words_of("rocky 2"), words_of("Rocky")));
}
