#include "plugin/src/features/word_similarity.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plugin/src/features/text_similarity.h"

namespace irgan::word_similarity_test {

using Catch::Matchers::WithinAbs;

namespace {

double similarity(const char* a, const char* b) {
  return word_similarity(comparable_text(a).words[0], comparable_text(b).words[0]);
}

double number_match_of(const char* query, const char* text) {
  return number_match(comparable_text(query).words, comparable_text(text).words);
}

bool number_surplus_of(const char* query, const char* text) {
  return number_surplus(comparable_text(query).words, comparable_text(text).words);
}

// Words of which each letter weighs one, and a stem is the first three letters.
struct Weighed {
  explicit Weighed(const char* words) : text(comparable_text(words)) {
    for (const ComparableWord& word : text.words) {
      const std::string letters(word.letters.begin(), word.letters.end());
      own.push_back({letters.substr(0, 3), static_cast<double>(letters.size())});
    }
    for (const WordFacts& word : own) facts.push_back(&word);
  }
  operator WeighedWords() const { return {text.words, facts.data()}; }

  ComparableText text;
  std::vector<WordFacts> own;
  std::vector<const WordFacts*> facts;
};

constexpr double kRounding = 1e-15;  // one division of integers

}  // namespace

TEST_CASE("words are parted like the text, but for an apostrophe between letters", "[plugin][word_similarity]") {
  const ComparableText text = comparable_text("Howl's X-Men: d\u2019été '70s' 'twas");
  std::vector<std::u32string_view> letters;
  for (const ComparableWord& word : text.words) letters.push_back(word.letters);
  CHECK(letters == std::vector<std::u32string_view>{U"howls", U"x", U"men", U"dété", U"70s", U"twas"});
}

TEST_CASE("parts of a text end at colons and at dashes beside a space", "[plugin][word_similarity]") {
  const ComparableText text = comparable_text("X-Men: Days of Past \u2013 Rogue, the Cut");
  std::vector<std::u32string_view> first;
  for (const ComparableWord& word : text.words) {
    if (word.begins_part) first.push_back(word.letters);
  }
  CHECK(first == std::vector<std::u32string_view>{U"x", U"days", U"rogue"});
}

TEST_CASE("the similarity of words falls with each edit and each swap", "[plugin][word_similarity]") {
  CHECK(similarity("rings", "rings") == 1.0);
  CHECK_THAT(similarity("ring", "rings"), WithinAbs(1 - 1 / 5.0, kRounding));
  CHECK_THAT(similarity("avnegers", "avengers"), WithinAbs(1 - 1 / 8.0, kRounding));
  CHECK_THAT(similarity("leopold", "leonard"), WithinAbs(1 - 3 / 7.0, kRounding));  // p-n, o-a, l-r
  CHECK_THAT(similarity("école", "ecole"), WithinAbs(1 - 1 / 5.0, kRounding));
  CHECK(similarity("ca", "abc") == 0.0);  // three edits, where a swap and a later insertion between would be two
}

TEST_CASE("words that share less than half, or differ in more than three letters, are not alike",
          "[plugin][word_similarity]") {
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

TEST_CASE("fuzzy_match weighs each word's nearest one by idf", "[plugin][word_similarity]") {
  // "avnegers" is 7/8 of "avengers" and weighs 8; "war" weighs 3 and has its like; "xyzzy" weighs 5 and has none. Of
  // the title's words "infinity" is like none.
  std::vector<double> room;
  const FuzzyMatch match = fuzzy_match(Weighed("avnegers war xyzzy"), Weighed("avengers infinity war"), room);
  CHECK_THAT(match.query_covered, WithinAbs((7.0 / 8.0 * 8 + 3) / 16, kRounding));
  CHECK_THAT(match.text_covered, WithinAbs((7.0 / 8.0 * 8 + 3) / 19, kRounding));
  for (const FuzzyMatch& nothing :
       {fuzzy_match(Weighed(""), Weighed("war"), room), fuzzy_match(Weighed("war"), Weighed(""), room)}) {
    CHECK(nothing.query_covered == 0.0);
    CHECK(nothing.text_covered == 0.0);
  }
}

TEST_CASE("part_share is that of the part which the query names best", "[plugin][word_similarity]") {
  // Of "star wars" 4/8 by stems (sta), of "a new hope" 8/8; of both together it would be 12/16.
  CHECK(part_share(Weighed("new hope a stare"), Weighed("Star Wars: A New Hope")) == 1.0);
  CHECK_THAT(part_share(Weighed("star hope"), Weighed("Star Wars: A New Hope")), WithinAbs(4 / 8.0, kRounding));
  CHECK(part_share(Weighed("war"), Weighed("")) == 0.0);
  CHECK(part_share(Weighed(""), Weighed("war")) == 0.0);
}

TEST_CASE("numbers agree in digits and as Roman numerals", "[plugin][word_similarity]") {
  CHECK(number_match_of("rocky 2", "Rocky II") == 1.0);
  CHECK(number_match_of("rocky iv", "Rocky II") == 0.0);
  CHECK(number_match_of("rocky iv", "Rocky") == 0.0);
  CHECK(std::isnan(number_match_of("rocky", "Rocky II")));
  CHECK(std::isnan(number_match_of("i robot 3d", "I, Robot")));  // I is a pronoun, 3d a word

  CHECK(number_surplus_of("rocky", "Rocky II"));
  CHECK(number_surplus_of("rocky 3", "Rocky II"));
  CHECK_FALSE(number_surplus_of("rocky 2", "Rocky II"));
  CHECK_FALSE(number_surplus_of("rocky 2", "Rocky"));
}

}  // namespace irgan::word_similarity_test
