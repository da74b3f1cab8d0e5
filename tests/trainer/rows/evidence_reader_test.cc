#include "trainer/rows/evidence_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/trainer/scratch_folder.h"

namespace irgan::evidence_reader_test {

namespace {

struct Files {
  Files() {
    evidence.queries = {{"q1", "red hats", "", ""}, {"q2", "blue", "", ""}};
    evidence.clicks = {folder.write("log",
                                    "query_id\tquery\tdoc_id\n"
                                    "q1\tred hats\ta\n"
                                    "s7\tRed  hats\tb\n"  // a search's own id
                                    "s8\tgreen\tc\n"
                                    "q2\tblue\t\n")};  // no document
    evidence.log_options.max_bad = 0.5;
    evidence.log_options.rejects_path = folder.file("rejects");
  }

  ScratchFolder folder;
  Evidence evidence;
};

using Clicks = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("each click comes with its query, and what was unusable is returned", "[trainer][evidence_reader]") {
  const Files files;
  Clicks clicks;
  const LogReading reading = for_each_click(files.evidence, [&](const ClickRow& row, const std::string& query_id) {
    clicks.emplace_back(query_id, row.document_id);
  });
  CHECK(clicks == Clicks{{"q1", "a"}, {"q1", "b"}, {"s8", "c"}});
  CHECK(reading.num_in_place == 1);
  REQUIRE(reading.files.size() == 1);
  CHECK(reading.files[0].path == files.evidence.clicks[0]);
  CHECK(reading.files[0].num_good == 3);
  CHECK(reading.files[0].num_rejected == 1);
  CHECK(reading.files[0].rejected.count("no document id") == 1);
  CHECK_FALSE(files.folder.read("rejects").empty());
}

TEST_CASE("reading ahead forgives every line and writes no rejects", "[trainer][evidence_reader]") {
  Files files;
  files.evidence.log_options.max_bad = 0.0;
  std::size_t num_rows = 0;
  read_ahead(files.evidence.clicks, files.evidence.log_options, [&](const ClickRow&) { ++num_rows; });
  CHECK(num_rows == 3);
  CHECK(files.folder.size() == 1);
  CHECK_THROWS_AS(read_rows(files.evidence.clicks, files.evidence.log_options, [](const ClickRow&) {}), FormatError);
}

TEST_CASE("clicks are summed by known query", "[trainer][evidence_reader]") {
  const Files files;
  std::vector<QueryEvidence> all;
  LogReading reading;
  const ClickTotals totals = read_clicks(
      files.evidence, 0.0, [&](QueryEvidence&& query) { all.push_back(std::move(query)); }, reading);
  REQUIRE(all.size() == 1);
  CHECK(all[0].query_id == "q1");
  CHECK(all[0].clicks == std::map<std::string, double>{{"a", 1.0}, {"b", 1.0}});
  CHECK(totals.num_clicks == 3.0);
  CHECK(totals.num_unknown_queries == 1);
  CHECK(reading.num_in_place == 1);
}

}  // namespace irgan::evidence_reader_test
