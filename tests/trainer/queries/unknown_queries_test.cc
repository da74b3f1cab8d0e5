#include <catch2/catch.hpp>

#include "trainer/queries/query_resolver.h"

namespace irgan::unknown_queries_test {

namespace {

ClickRow click(std::string_view id, std::string_view words, double count = 1.0) {
  ClickRow row;
  row.query_id = id;
  row.query = words;
  row.document_id = "d";
  row.count = count;
  return row;
}

}  // namespace

TEST_CASE("what keeps unknown queries from being known is counted by clicks", "[trainer][query_resolver]") {
  const QueryResolver resolver({{"7", "red shoes", "", ""}, {"Q8", "blue", "", ""}, {"q9", "say \"yes\"", "", ""}});
  CHECK(resolver.find(click("7", "")).is_known);
  CHECK(resolver.find(click("", "RED shoes")).is_known);
  CHECK_FALSE(resolver.find(click("8", "")).is_known);
  CHECK_FALSE(resolver.find(click("", "green")).is_known);
  UnknownQueries unknown(&resolver);
  unknown.add(click("", "\"red shoes\"", 3.0));
  unknown.add(click("", "say yes", 2.0));
  unknown.add(click("", "«blue»"));
  unknown.add(click("7.0", ""));
  unknown.add(click("007", ""));
  unknown.add(click("q8", ""));
  unknown.add(click("x", "green"));
  ClickRow shown = click("x", "green");
  shown.clicked = false;
  unknown.add(shown);
  CHECK(unknown.num_clicks() == 10.0);
  CHECK(unknown.by_difference() == std::map<std::string, double>{{"a .0 behind their ids", 1.0},
                                                                 {"capitals or blanks of their ids", 1.0},
                                                                 {"quotation marks", 6.0},
                                                                 {"zeros before their ids", 1.0}});
}

}  // namespace irgan::unknown_queries_test
