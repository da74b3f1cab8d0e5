#include "trainer/site/present_fields.h"

#include <catch2/catch.hpp>

#include "tests/plugin/small_index.h"

namespace irgan::present_fields_test {

namespace {

Xapian::WritableDatabase shop() {
  Xapian::Document document = document_of({{"", "red shoes"}});
  document.add_value(4, Xapian::sortable_serialise(2));
  document.add_value(1001, Xapian::sortable_serialise(2));
  return index_of({document});
}

IndexLayout whole() {
  IndexLayout layout;
  layout.fields = {{"title", "S", 1000, 2000, 0.0}, {"body", "", 1001, 2001, 0.0}};
  layout.values = {{"price", 4}, {"votes", 5}};
  return layout;
}

}  // namespace

TEST_CASE("what no document has is left out of a layout and named", "[trainer][present_fields]") {
  std::vector<std::string> absent;
  const IndexLayout present = present_layout(shop(), whole(), absent);
  REQUIRE(present.fields.size() == 1);
  CHECK(present.fields[0].name == "body");
  CHECK(present.fields[0].length_slot == 1001);
  CHECK(present.fields[0].text_slot == Xapian::BAD_VALUENO);
  REQUIRE(present.values.size() == 1);
  CHECK(present.values[0].name == "price");
  CHECK(absent == std::vector<std::string>{
                      "no document has words of field 'title' (prefix 'S'): it is not trained on",
                      "no document has the text of field 'body' (value slot 2001): its letters are not compared",
                      "no document has the value 'votes' (value slot 5): it is not trained on"});
  CHECK_THROWS_AS(refuse_absent(whole(), present, {"title.bm25"}), ConfigError);
  CHECK_THROWS_AS(refuse_absent(whole(), present, {"value.votes"}), ConfigError);
  refuse_absent(whole(), present, {"body.bm25", "value.price"});
}

TEST_CASE("fields with digits, stems or a title alone are seen", "[trainer][present_fields]") {
  IndexLayout layout;
  layout.fields = {{"body", ""}};
  std::vector<std::string> absent;
  for (const char* term : {"1984", "Zshoe", "shoe", "\xd0\xbc", "Z\xd0\xbc"}) {
    Xapian::Document document;
    document.add_term(term);
    CHECK(present_layout(index_of({document}), layout, absent).fields.size() == 1);
  }
  for (const char* term : {"Sshoe", "ZSshoe", "Q7"}) {
    Xapian::Document document;
    document.add_term(term);
    CHECK(present_layout(index_of({document}), layout, absent).fields.empty());
  }
}

}  // namespace irgan::present_fields_test
