#include "trainer/text/query_words.h"

#include <catch2/catch.hpp>

namespace irgan::query_words_test {

TEST_CASE("query words have one key whatever their case and blanks", "[trainer][query_words]") {
  const auto [text, key] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {" \t ", ""},
      {"Red  SHOES ", "red shoes"},
      {"\tred\u00A0shoes", "red shoes"},          // no-break space
      {"red\u3000shoes\u3000", "red shoes"},      // ideographic space
      {"red\u2009\u2028shoes\r\n", "red shoes"},  // thin space, line separator
      {"Москва", "москва"},
      {"München ÜBERGABE", "münchen übergabe"},
      {"ΑΘΗΝΑ", "αθηνα"},
      {"CAFÉ", "café"},
      {"東京 タワー", "東京 タワー"},
  }));
  CHECK(query_words_key(text) == key);
  CHECK(query_words_key(key) == key);
}

TEST_CASE("composed and decomposed letters have one key", "[trainer][query_words]") {
  CHECK(query_words_key("CAFE\u0301") == "café");
  CHECK(query_words_key("u\u0308bergabe") == "übergabe");
  CHECK(query_words_key("U\u0308BERGABE") == "übergabe");
  CHECK(query_words_key("и\u0306од") == query_words_key("ЙОД"));
  CHECK(query_words_key("\u30AB\u3099") == "\u30AC");             // a kana with its voicing mark
  CHECK(query_words_key("\u1112\u1161\u11AB") == "\uD55C");       // Hangul
  CHECK(query_words_key("\u212B") == query_words_key("\u00C5"));  // the angstrom sign is the letter
  CHECK(query_words_key("a\u0323\u0302") == query_words_key("a\u0302\u0323"));
}

TEST_CASE("characters without width are nothing in a key", "[trainer][query_words]") {
  CHECK(query_words_key("\uFEFFred\u200B sh\u200Does\u2060") == "red shoes");
  CHECK(query_words_key("red \u200B shoes") == "red shoes");
  CHECK(query_words_key("e\u200D\u0301") == "é");
}

TEST_CASE("what Xapian keeps apart has keys of its own", "[trainer][query_words]") {
  CHECK(query_words_key("ＲＥＤ") != query_words_key("red"));  // wide letters are other terms
  CHECK(query_words_key("cafe") != query_words_key("café"));
  CHECK(query_words_key("c++") != query_words_key("c#"));
  CHECK(query_words_key("red shoes") != query_words_key("redshoes"));
  CHECK(query_words_key("\u00B2") != query_words_key("2"));
}

TEST_CASE("bytes that are not UTF-8 have a key, too", "[trainer][query_words]") {
  CHECK(query_words_key("\xFC"
                        "ber") == "über");  // as Xapian reads them: Latin-1
  CHECK_FALSE(query_words_key("\xED\xA0\x80 \xF0\x90 \xC0\x80").empty());
}

}  // namespace irgan::query_words_test
