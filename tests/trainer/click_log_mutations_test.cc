#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/trainer/click_log_rows.h"
#include "trainer/click_log.h"

using namespace irgan;

TEST_CASE("mutated lines are counted once each, as good or as rejected, and never crash", "[trainer][click_log]") {
  const ScratchFolder folder;
  const std::string form = GENERATE("tsv", "csv", "jsonl");
  std::mt19937 random(20240501);
  const std::string header = form == "tsv"   ? "session\ttime\tquery_id\tquery\tdoc_id\trank\tclicked\tcount\n"
                             : form == "csv" ? "session,time,query_id,query,doc_id,rank,clicked,count\n"
                                             : "";
  const std::string line =
      form == "tsv"   ? "s1\t2024-05-01T12:30:05.123+02:00\tq7\tblaue Schuhe \xC3\xBC\tD45\t3\ttrue\t2.5"
      : form == "csv" ? "s1,2024-05-01T12:30:05.123+02:00,\"q7\",\"say \"\"blue\"\", then\",D45,3,true,2.5"
                      : "{\"session\":\"s1\",\"time\":1714566605123,\"query_id\":7,\"query\":\"bl\\u00fce \xC3\xBC\","
                        "\"doc_id\":\"D45\",\"rank\":3,\"clicked\":true,\"count\":2.5,\"x\":{\"a\":[1,null,{}]}}";
  const std::string letters = std::string("\t,\"'{}[]:\\-+.eEnNuU019 \r\x00\x01\x7F\x80\xC3\xED\xF0\xFF", 33);
  constexpr int kNumLines = 6'000;
  std::string log = header + line + "\n";
  std::uint64_t num_expected = 1;
  for (int i = 0; i < kNumLines; ++i) {
    std::string mutated = line;
    for (auto k = random() % 6; k-- > 0 && !mutated.empty();) {
      const std::size_t at = random() % mutated.size();
      const char letter = letters[random() % letters.size()];
      switch (random() % 5) {
        case 0:
          mutated[at] = letter;
          break;
        case 1:
          mutated.insert(at, 1, letter);
          break;
        case 2:
          mutated.erase(at, 1 + random() % 5);
          break;
        case 3:
          mutated.resize(at);
          break;
        default:
          mutated.insert(at, mutated.substr(random() % mutated.size(), random() % 20));
      }
    }
    log += mutated + "\n";
    std::string seen = mutated;
    if (!seen.empty() && seen.back() == '\r') seen.pop_back();
    if (seen.find_first_not_of(" \t") != std::string::npos) ++num_expected;
  }
  ClickLogReader reader(folder.write("log", log), tolerant());
  std::uint64_t num_rows = 0;
  reader.read([&](const ClickRow& row) {
    ++num_rows;
    if (row.document_id.empty() || row.rank < 1 || !(row.count > 0) || !row.is_impression) FAIL_CHECK("a bad row");
    if (row.query.empty() && row.query_id.empty()) FAIL_CHECK("a row without a query");
  });
  const ClickLogSummary& summary = reader.summary();
  std::uint64_t num_by_reason = 0;
  for (const auto& [reason, rejected] : summary.rejected) {
    num_by_reason += rejected.count;
    CHECK(rejected.first.size() == std::min<std::uint64_t>(5, rejected.count));
  }
  CHECK(summary.num_good == num_rows);
  CHECK(summary.num_rejected == num_by_reason);
  CHECK(summary.num_good + summary.num_rejected == num_expected);
  CHECK(summary.num_good > 1'000);
  CHECK(summary.num_rejected > 1'000);
}
