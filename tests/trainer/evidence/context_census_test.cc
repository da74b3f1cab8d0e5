#include "trainer/evidence/context_census.h"

#include <catch2/catch.hpp>

namespace irgan::context_census_test {

namespace {

using Names = std::vector<std::string>;

/// Rows of two contexts; the views must outlive the call.
void add(ContextCensus& census, std::string_view device, std::string_view segment, double count, bool clicked = true) {
  ClickRow row;
  row.contexts[0] = device;
  row.contexts[1] = segment;
  row.count = count;
  row.clicked = clicked;
  census.add(row);
}

Names values_of(const ContextCount& count) {
  Names values;
  for (const ContextCount::Value& value : count.values) values.push_back(value.value);
  return values;
}

}  // namespace

TEST_CASE("values with clicks enough are learnt from, those with most first", "[trainer][context]") {
  ContextCensus census({"device", "segment"});
  add(census, "tablet", "", 50);
  add(census, "mobile", "trade", 60);
  add(census, "mobile", "", 1000, false);  // shown and not clicked
  add(census, "desktop", "", 200);
  add(census, "watch", "", 49);
  add(census, "", "", 7);
  const std::vector<ContextCount> counts = census.counts();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].name == "device");
  CHECK(values_of(counts[0]) == Names{"desktop", "mobile", "tablet"});
  CHECK(counts[0].values[1].clicks == 60.0);
  CHECK(counts[0].num_rare == 1);
  CHECK(counts[0].rare_clicks == 49.0);
  CHECK(counts[0].missing_clicks == 7.0);
  CHECK(counts[0].num_clicks == 366.0);
  CHECK(values_of(counts[1]) == Names{"trade"});
  CHECK(counts[1].missing_clicks == 306.0);
  CHECK(context_features(counts) ==
        Names{"context.device=desktop", "context.device=mobile", "context.device=tablet", "context.segment=trade"});
}

TEST_CASE("of many clicks a value must have a share, and of many values the first are taken", "[trainer][context]") {
  ContextCensus census({"device", "segment"});
  add(census, "mobile", "", 10'000);
  add(census, "watch", "", 99);  // below 1 % of all
  CHECK(values_of(census.counts()[0]) == Names{"mobile"});
  for (int i = 0; i < 40; ++i) add(census, "mobile", "segment " + std::to_string(i), 1000 + i);
  const ContextCount segments = census.counts()[1];
  CHECK(segments.values.size() == kMostContextValues);
  CHECK(segments.values.front().value == "segment 39");
  CHECK(segments.num_rare == 40 - kMostContextValues);
}

TEST_CASE("a column of ids takes bounded memory, and is not learnt from", "[trainer][context]") {
  ContextCensus census({"visitor", "text"});
  const std::string longest(64, 'x');
  for (int i = 0; i < 30'000; ++i) add(census, "v" + std::to_string(i), i % 2 == 0 ? longest : longest + "y", 1);
  const std::vector<ContextCount> counts = census.counts();
  CHECK(counts[0].values.empty());
  CHECK(counts[0].rare_clicks == 30'000.0);
  CHECK(counts[0].num_clicks == 30'000.0);
  CHECK(counts[0].num_rare == 10'001);  // those beyond 10,000 are taken together
  CHECK(values_of(counts[1]) == Names{longest});
  CHECK(counts[1].rare_clicks == 15'000.0);
}

}  // namespace irgan::context_census_test
