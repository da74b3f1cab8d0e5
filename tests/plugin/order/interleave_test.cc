#include "irgan/interleave.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "plugin/src/order/keyed_draws.h"
#include "tests/plugin/fruit.h"

namespace irgan::interleave_test {

namespace {

using irgan::docids_of;

Docids docids_of(const std::vector<InterleavedHit>& hits) {
  Docids docids;
  for (const InterleavedHit& hit : hits) docids.push_back(hit.docid);
  return docids;
}

// Walks through the page as the source's algorithm does and checks that each pick was the team's best left.
void check_draft(const std::vector<InterleavedHit>& page, const Docids& first, const Docids& second) {
  std::set<Xapian::docid> taken;
  int lead = 0;  // picks of the first team less those of the second
  for (const InterleavedHit& hit : page) {
    if (hit.team != Team::none) {
      const Docids& ranking = hit.team == Team::first ? first : second;
      const auto best =
          std::find_if(ranking.begin(), ranking.end(), [&](Xapian::docid id) { return taken.count(id) == 0; });
      REQUIRE(best != ranking.end());
      CHECK(*best == hit.docid);
      lead += hit.team == Team::first ? 1 : -1;
      CHECK(std::abs(lead) <= 1);
    }
    CHECK(taken.insert(hit.docid).second);
  }
  std::set<Xapian::docid> all(first.begin(), first.end());
  all.insert(second.begin(), second.end());
  CHECK(taken == all);
}

}  // namespace

TEST_CASE("each team picks its best document left, in turns", "[plugin][interleave]") {
  const Docids first{1, 2, 3, 4, 5, 6}, second{6, 4, 2, 5, 3, 1};
  for (int i = 0; i < 50; ++i) {
    const std::vector<InterleavedHit> page = interleave(first, second, "session " + std::to_string(i));
    check_draft(page, first, second);
    CHECK(std::none_of(page.begin(), page.end(), [](const InterleavedHit& hit) { return hit.team == Team::none; }));
  }
}

TEST_CASE("what one ranking alone still has belongs to no team", "[plugin][interleave]") {
  const Docids first{1, 2}, second{2, 1, 3, 4};
  const std::vector<InterleavedHit> page = interleave(first, second, "key");
  check_draft(page, first, second);
  REQUIRE(page.size() == 4);
  CHECK(page[2].docid == 3);
  CHECK(page[2].team == Team::none);
  CHECK(page[3].docid == 4);
  CHECK(page[3].team == Team::none);
  CHECK(interleave({}, {}, "key").empty());
  CHECK(docids_of(interleave({}, second, "key")) == second);
}

// Of 2,000 coins half fall to each side, with a deviation of 22.
TEST_CASE("the key decides the coins, which favour nobody", "[plugin][interleave]") {
  const Docids first{1, 2, 3, 4, 5, 6, 7, 8}, second{8, 7, 6, 5, 4, 3, 2, 1};
  std::set<Docids> pages;
  int first_begins = 0;
  int second_round = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = std::to_string(i);
    const std::vector<InterleavedHit> page = interleave(first, second, key);
    CHECK(docids_of(interleave(first, second, key)) == docids_of(page));
    first_begins += page[0].team == Team::first;
    second_round += page[2].team == Team::first;
    pages.insert(docids_of(page));
  }
  CHECK(first_begins == Approx(1000).margin(112));
  CHECK(second_round == Approx(1000).margin(112));
  CHECK(pages.size() == 16);  // four rounds of a coin each
}

TEST_CASE("a Reranker interleaves its model with the first stage or a rival", "[plugin][interleave]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, kNumDocuments);
  const bool has_rival = GENERATE(false, true);
  RerankOptions options = strict();
  options.interleave = true;
  if (has_rival) options.rival = fixed_model(nonlinear_model());
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  const Docids first = slice(full_list(db, *popularity_model(), enquire), 0, kDepth);
  const Docids second =
      has_rival ? slice(full_list(db, *nonlinear_model(), enquire), 0, kDepth) : slice(docids_of(mset), 0, kDepth);
  REQUIRE(first != second);
  Docids list = docids_of(mset);
  for (const char* const session : {"a", "b", "c"}) {
    SearchRequest request;
    request.key = session;
    const std::vector<InterleavedHit> expected = interleave(first, second, search_key(session, enquire.get_query()));
    const std::vector<RankedHit> hits = reranker.rerank(enquire.get_query(), mset, request);
    REQUIRE(docids_of(hits) == docids_of(expected));
    for (std::size_t i = 0; i < hits.size(); ++i) {
      CHECK(hits[i].team == expected[i].team);
      CHECK(hits[i].docid == *mset[static_cast<Xapian::doccount>(hits[i].first_stage_rank - 1)]);
      list[i] = hits[i].docid;
    }
    for (const Xapian::doccount start : {0u, 7u, 14u}) {
      request.first = start;
      request.maxitems = 7;
      const RerankedPage page = reranker.search(enquire, request);
      CHECK(docids_of(page.mset) == slice(list, start, 7));
      CHECK_FALSE(page.explored);
      CHECK(docids_of(page.head) == docids_of(expected));
    }
  }
}

TEST_CASE("a search that explores is not interleaved", "[plugin][interleave]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  RerankOptions options = strict();
  options.interleave = true;
  options.explore = 0.5;
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  int num_explored = 0;
  for (int i = 0; i < 40; ++i) {
    const RerankedPage page = reranker.search(enquire, {0, 10, 0, nullptr, nullptr, std::to_string(i)});
    num_explored += page.explored;
    for (const RankedHit& hit : page.head) {
      CHECK(hit.log_probability.has_value() == page.explored);
      CHECK((hit.team == Team::none) == page.explored);
    }
  }
  CHECK(num_explored > 5);
  CHECK(num_explored < 35);
}

TEST_CASE("a rival that fails costs the interleaving and not the search", "[plugin][interleave]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  RerankOptions options = lenient(problems);
  options.interleave = true;
  options.rival = fixed_model(model_of_other_features());
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  for (int search = 0; search < 3; ++search) {
    const RerankedPage page = reranker.search(enquire, {0, 10});
    CHECK(docids_of(page.mset) == slice(full_list(db, *popularity_model(), enquire), 0, 10));
    CHECK(page.model_version == popularity_model()->version());
    for (const RankedHit& hit : page.head) CHECK(hit.team == Team::none);
  }
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0], Catch::StartsWith("not interleaved with the rival: "));
}

}  // namespace irgan::interleave_test
