#include "trainer/evidence/page_sums.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/trainer/click_evidence.h"
#include "tests/trainer/click_rows.h"
#include "trainer/evidence/click_pages.h"

namespace irgan::page_sums_test {

namespace {

struct MadeRow {
  std::string session, query, document;
  ClickRow row;
};

// Pages of a few hits, many of them alike, beside clicks alone; the first rows have no time, and times go back and
// forth.
std::vector<MadeRow> made_rows(bool has_impressions, std::size_t number) {
  std::mt19937 random(99);
  std::vector<MadeRow> rows;
  while (rows.size() < number) {
    const std::string session = random() % 4 == 0 ? "" : "s" + std::to_string(random() % 40);
    const std::string query = random() % 9 == 0 ? std::string("q\0q", 3) : "q" + std::to_string(random() % 12);
    const std::size_t first = random() % 3;
    for (int rank = 1; rank <= 3; ++rank) {
      MadeRow made{session, query, "d" + std::to_string((first + static_cast<std::size_t>(rank)) % 5), {}};
      made.row.rank = rank;
      made.row.is_impression = has_impressions && random() % 20 != 0;
      made.row.clicked = !made.row.is_impression || random() % 3 == 0;
      made.row.count = random() % 5 == 0 ? 0.1 * static_cast<double>(1 + random() % 30) : 1.0;
      if (rows.size() > 50 && random() % 6 != 0) {
        made.row.time =
            100.0 * kDay + 1000.0 * static_cast<double>(rows.size()) - static_cast<double>(random() % 100'000);
      }
      rows.push_back(made);
    }
  }
  return rows;
}

ClickEvidence evidence_of(const std::vector<MadeRow>& rows, std::optional<double> half_life, std::size_t max_bytes) {
  ClickModelOptions options;
  options.half_life_days = half_life;
  options.max_bytes = max_bytes;
  ClickAggregator aggregator(options);
  for (const MadeRow& made : rows) {
    ClickRow row = made.row;
    row.session = made.session;
    row.query = made.query;
    row.document_id = made.document;
    aggregator.add(row, made.query);
  }
  return all_of(aggregator);
}

bool is_same(const Page& a, const Page& b) {
  if (a.query_id != b.query_id || a.documents.size() != b.documents.size()) return false;
  for (std::size_t i = 0; i < a.documents.size(); ++i) {
    const ShownDocument& x = a.documents[i];
    const ShownDocument& y = b.documents[i];
    if (x.document_id != y.document_id || x.rank != y.rank) return false;
    if (x.clicks != y.clicks || x.shown != y.shown || x.last_clicks != y.last_clicks) return false;
  }
  return true;
}

double last_clicks_of(const ClickEvidence& evidence) {
  double sum = 0.0;
  for (const Page& page : evidence.pages) {
    for (const ShownDocument& document : page.documents) sum += document.last_clicks;
  }
  return sum;
}

}  // namespace

TEST_CASE("what memory does not hold is summed to the same bits from a file", "[trainer][page_sums]") {
  const bool has_impressions = GENERATE(true, false);
  const std::optional<double> half_life =
      GENERATE(std::optional<double>(), std::optional<double>(0.0), std::optional<double>(3.0));
  const std::size_t max_bytes = GENERATE(std::size_t{1}, std::size_t{4'000}, std::size_t{40'000});
  const std::vector<MadeRow> rows = made_rows(has_impressions, 6'000);
  const ClickEvidence expected = evidence_of(rows, half_life, std::size_t{1} << 40);
  const ClickEvidence found = evidence_of(rows, half_life, max_bytes);
  CHECK(found.has_impressions == has_impressions);
  CHECK(found.has_impressions == expected.has_impressions);
  CHECK(found.half_life_days == expected.half_life_days);
  CHECK(found.num_clicks == expected.num_clicks);
  CHECK(found.num_impressions == expected.num_impressions);
  CHECK(found.num_unclicked_pages == expected.num_unclicked_pages);
  CHECK(found.num_undated_rows == expected.num_undated_rows);
  CHECK(found.newest_time == expected.newest_time);
  CHECK(found.clicks == expected.clicks);
  REQUIRE(found.pages.size() == expected.pages.size());
  CHECK(found.pages.empty() != has_impressions);
  std::size_t num_different = 0;
  for (std::size_t i = 0; i < found.pages.size(); ++i)
    num_different += is_same(found.pages[i], expected.pages[i]) ? 0 : 1;
  CHECK(num_different == 0);
  CHECK((last_clicks_of(found) > 100.0) == has_impressions);
}

TEST_CASE("evidence comes a query at a time, in the order of ids", "[trainer][page_sums]") {
  const std::size_t max_bytes = GENERATE(std::size_t{1}, std::size_t{1} << 30);
  ClickModelOptions options;
  options.max_bytes = max_bytes;
  ClickAggregator aggregator(options);
  aggregator.add(shown("s", "a", 1, true), "q2");
  aggregator.add(shown("s", "b", 2), "q2");
  aggregator.add(click("c"), "q1");
  aggregator.add(shown("t", "a", 1), "q10");
  std::vector<std::string> ids;
  const ClickTotals totals = aggregator.finish([&](QueryEvidence&& query) {
    ids.push_back(query.query_id);
    CHECK(query.pages.size() == (query.query_id == "q1" ? 0 : 1));
    CHECK(query.clicks.size() == (query.query_id == "q10" ? 0 : 1));
  });
  CHECK(ids == std::vector<std::string>{"q1", "q10", "q2"});
  CHECK(totals.num_clicks == 2.0);
  CHECK(totals.num_unclicked_pages == 1);
}

}  // namespace irgan::page_sums_test
