#include "trainer/reporting/feature_words.h"

#include <catch2/catch.hpp>

using namespace irgan;

TEST_CASE("features have words for people", "[trainer][report]") {
  CHECK(words_of("name.length") == "length of name");
  CHECK(words_of("long.name.exact_match") == "long.name is the query");
  CHECK(words_of("value.price") == "price");
  CHECK(words_of("value.length") == "length");
  CHECK(words_of("query.length") == "length of the query");
  CHECK(words_of("first_stage.score") == "score of the site's own search");
}

TEST_CASE("a feature without words keeps its name", "[trainer][report]") {
  CHECK(words_of("name.dirichlet") == "name.dirichlet");
  CHECK(words_of("1") == "1");
  CHECK(words_of("") == "");
}
