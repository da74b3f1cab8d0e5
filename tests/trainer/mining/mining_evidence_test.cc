/// Queries with the same words share what is right for them.

#include "irgan/mining_evidence.h"

#include <catch2/catch.hpp>

namespace irgan::mining_evidence_test {

namespace {

std::vector<std::string> positives_of(const MiningEvidence& evidence, const std::string& query) {
  std::vector<std::string> ids;
  const auto known = evidence.by_query.find(query);
  if (known == evidence.by_query.end()) return ids;
  for (const KnownDocument& one : known->second) {
    if (one.clicks > 0.0) ids.push_back(one.id);
  }
  return ids;
}

}  // namespace

TEST_CASE("the positives of queries with the same words are each one's", "[trainer][mining_evidence]") {
  Qrels judgments;
  judgments.by_query = {{"1", {{"b", 1}}}, {"2", {{"a", 2}, {"b", 0}}}, {"4", {{"c", 1}}}};
  MiningEvidence evidence = mining_evidence({{"1", "red shoes", "", ""},
                                             {"2", "Red  shoes", "", ""},
                                             {"3", "RED SHOES ", "XCmen", ""},
                                             {"4", "shoes red", "", ""},
                                             {"5", "", "", "serialised"},
                                             {"6", "", "", "serialised"}},
                                            judgments);
  share_positives(evidence);
  using Ids = std::vector<std::string>;
  for (const char* query : {"1", "2", "3"}) CHECK(positives_of(evidence, query) == Ids{"a", "b"});
  CHECK(positives_of(evidence, "4") == Ids{"c"});
  CHECK(positives_of(evidence, "5").empty());
  CHECK(evidence.num_sharing == 3);
  CHECK(evidence.most_positives == 2);
  share_positives(evidence);
  CHECK(evidence.num_sharing == 3);  // nothing is left to share
}

TEST_CASE("what was skipped under one id and clicked under another is a positive of both",
          "[trainer][mining_evidence]") {
  MiningEvidence evidence;
  evidence.queries = {{"1", "red", "", ""}, {"2", "red", "", ""}};
  KnownDocument clicked;
  clicked.clicks = 3.0;
  KnownDocument skipped;
  skipped.skipped = 2.0;
  skipped.showings = {{1, 2.0, 0.0}};
  evidence.add("1", {{"d", clicked}});
  evidence.add("2", {{"d", skipped}});
  share_positives(evidence);
  REQUIRE(evidence.by_query.at("2").size() == 1);
  CHECK(evidence.by_query.at("2")[0].clicks == 3.0);
  CHECK(evidence.by_query.at("2")[0].skipped == 2.0);
  CHECK(evidence.num_sharing == 1);
}

}  // namespace irgan::mining_evidence_test
