#include "irgan/query_words.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/plugin/small_index.h"

namespace irgan::query_words_test {

using Xapian::Query;

namespace {

using Words = std::vector<std::string>;

Words words(const std::string& text) { return QueryWords({}, "english").of_text(text); }

}  // namespace

TEST_CASE("a query is remembered by its stems, whatever their order, case, number and repetition",
          "[plugin][query_words]") {
  CHECK(words("red shoes") == Words{"red", "shoe"});
  for (const char* text : {"Red Shoes", "shoes, red", "RED-shoe", "red red shoes", " red\tshoes!"}) {
    CAPTURE(text);
    CHECK(words(text) == words("red shoes"));
  }
  CHECK(words("").empty());
  CHECK(words("?!").empty());
}

TEST_CASE("what parsers make of a text has the words of the text", "[plugin][query_words]") {
  const QueryWords finder({"S", ""}, "english");
  for (const char* text :
       {"red shoes", "children's at&t 3.5 inch", "Xbox 360", "caf\xc3\xa9 \xd0\xbc\xd0\xb8\xd1\x80", "don't panic"}) {
    CAPTURE(text);
    const Words expected = words(text);
    REQUIRE(!expected.empty());
    for (const auto strategy : {Xapian::QueryParser::STEM_SOME, Xapian::QueryParser::STEM_NONE}) {
      CHECK(finder.of(parsed(text, "", strategy, "english", 0)) == expected);
      CHECK(finder.of(parsed(text, "S", strategy, "english", 0)) == expected);
    }
    const Query both(Query::OP_OR, parsed(text, "S", Xapian::QueryParser::STEM_SOME, "english", 0), parsed(text));
    CHECK(finder.of(Query(Query::OP_FILTER, both, Query("Kcat"))) == expected);
    CHECK(finder.of(Query(Query::OP_AND_NOT, both, Query("Zhat"))) == expected);
  }
}

TEST_CASE("a query with a wildcard has no words, unless the wildcard is a filter", "[plugin][query_words]") {
  const QueryWords finder({}, "english");
  const Query wild(Query::OP_WILDCARD, "sho");
  CHECK(finder.of(wild).empty());
  CHECK(finder.of(Query(Query::OP_OR, parsed("red"), wild)).empty());
  CHECK(finder.of(Query(Query::OP_FILTER, parsed("red"), wild)) == Words{"red"});
  CHECK(finder.of(Query()).empty());
}

}  // namespace irgan::query_words_test
