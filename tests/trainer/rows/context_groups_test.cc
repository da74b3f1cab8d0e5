#include "trainer/rows/context_groups.h"

#include <catch2/catch.hpp>

namespace irgan::context_groups_test {

namespace {

ClickRow row_of(std::string_view device, std::string_view segment) {
  ClickRow row;
  row.contexts[0] = device;
  row.contexts[1] = segment;
  return row;
}

}  // namespace

TEST_CASE("searches are told apart by the values that are among the features", "[trainer][context]") {
  ContextGroups groups({"device", "segment"}, {"title.bm25", "context.device=mobile", "context.segment=a",
                                               "context.segment=b", "context.other=a", "context.device=tablet"});
  CHECK_FALSE(groups.empty());
  CHECK(groups.number_of(row_of("mobile", "a")) == 0);
  CHECK(groups.number_of(row_of("", "")) == 1);
  CHECK(groups.number_of(row_of("watch", "c")) == 1);
  CHECK(groups.number_of(row_of("mobile", "")) == 2);
  CHECK(groups.number_of(row_of("tablet", "b")) == 3);
  CHECK(groups.number_of(row_of("mobile", "a")) == 0);
  CHECK(groups.contexts() == std::vector<SearchContext>{{{"device", "mobile"}, {"segment", "a"}},
                                                        {},
                                                        {{"device", "mobile"}},
                                                        {{"device", "tablet"}, {"segment", "b"}}});
}

TEST_CASE("without features of contexts all searches are one group", "[trainer][context]") {
  CHECK(ContextGroups({"device"}, {"title.bm25", "context.other=a"}).empty());
  CHECK(ContextGroups({}, {"context.device=mobile"}).empty());
}

TEST_CASE("an id says its query and its group, whatever the query's id holds", "[trainer][context]") {
  for (const std::string id : {"q1", "", "a b",
                               "a\x1E"
                               "7",
                               "\x1F"
                               "3"}) {
    const std::string in = in_group(id, 12);
    CHECK(grouped(in).first == id);
    CHECK(grouped(in).second == 12);
  }
}

}  // namespace irgan::context_groups_test
