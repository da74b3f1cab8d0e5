#include "irgan/reranker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "irgan/feature_extractor.h"
#include "tests/plugin/fruit.h"

namespace irgan::reranker_test {

using Xapian::Query;

namespace {

class Without : public Xapian::MatchDecider {
 public:
  explicit Without(std::string colour) : colour_(std::move(colour)) {}
  bool operator()(const Xapian::Document& document) const override { return document.get_value(kColour) != colour_; }

 private:
  std::string colour_;
};

}  // namespace

TEST_CASE("rerank orders by Model::score", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const auto model = nonlinear_model();
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, 30);
  const std::vector<RankedHit> hits = Reranker(db, fixed_model(model)).rerank(enquire.get_query(), mset);

  CHECK(docids_of(hits) == slice(full_list(db, *model, enquire), 0, kDepth));
  const std::vector<Candidate> pool = candidates_of(mset, kDepth);
  const Eigen::VectorXf scores = model->score(FeatureExtractor(db, model->schema()).extract(enquire.get_query(), pool));
  for (const RankedHit& hit : hits) {
    const auto rank = static_cast<Xapian::doccount>(hit.first_stage_rank - 1);
    CHECK(hit.docid == *mset[rank]);
    CHECK(hit.score == static_cast<double>(scores[rank]));
    CHECK(hit.first_stage_weight == mset[rank].get_weight());
    CHECK(hit.first_stage_percent == mset[rank].get_percent());
    CHECK(hit.collapse_count == 0);
    CHECK(hit.contributions.empty());
  }
}

TEST_CASE("ties keep Xapian's order", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, kNumDocuments);
  RerankOptions options = strict();
  options.depth = kNumDocuments;
  const Reranker reranker(db, fixed_model(popularity_model()), options);

  const std::vector<RankedHit> hits = reranker.rerank(enquire.get_query(), mset);

  REQUIRE(hits.size() == kNumDocuments);
  std::size_t num_ties = 0;
  for (std::size_t i = 1; i < hits.size(); ++i) {
    REQUIRE(hits[i - 1].score >= hits[i].score);
    if (hits[i - 1].score > hits[i].score) continue;
    ++num_ties;
    CHECK(hits[i - 1].first_stage_rank < hits[i].first_stage_rank);
  }
  CHECK(num_ties == 40);
  CHECK(docids_of(reranker.get_mset(enquire, 0, kNumDocuments)) == docids_of(hits));
}

TEST_CASE("explain says what each feature adds, a hit each in the new order", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  const auto model = nonlinear_model();
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, 30);
  const Reranker reranker(db, fixed_model(model));
  const std::vector<RankedHit> hits = reranker.explain(enquire.get_query(), mset);

  CHECK(docids_of(hits) == docids_of(reranker.rerank(enquire.get_query(), mset)));
  const FeatureMatrix reasons =
      model->explain(FeatureExtractor(db, model->schema()).extract(enquire.get_query(), candidates_of(mset, kDepth)));
  for (const RankedHit& hit : hits) {
    const auto row = reasons.row(static_cast<Eigen::Index>(hit.first_stage_rank - 1));
    CHECK(std::equal(hit.contributions.begin(), hit.contributions.end(), row.begin(), row.end()));
  }
}

TEST_CASE("the depth is the model's unless an option says otherwise", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet mset = enquire.get_mset(0, kNumDocuments);
  RerankOptions options = strict();
  const auto num_hits = [&] {
    return Reranker(db, fixed_model(popularity_model()), options).rerank(enquire.get_query(), mset).size();
  };
  CHECK(num_hits() == kDepth);
  options.depth = 5;
  CHECK(num_hits() == 5);
  options.depth = 1000;
  CHECK(num_hits() == kNumDocuments);
}

TEST_CASE("a depth beyond all matches reranks all, on every page alike", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const std::size_t depth = GENERATE(std::size_t{1000}, std::size_t{1} << 32, std::numeric_limits<std::size_t>::max());
  Xapian::Enquire enquire = enquire_of(db);
  RerankOptions options = strict();
  options.depth = depth;
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  const Docids list = full_list(db, *popularity_model(), enquire, kNumDocuments);
  CHECK(docids_of(reranker.get_mset(enquire, 0, 10)) == slice(list, 0, 10));
  CHECK(docids_of(reranker.get_mset(enquire, 50, 20)) == slice(list, 50, 20));
}

TEST_CASE("each page is its slice of one list, with the first pass's bounds", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const auto model = GENERATE(0, 1) == 0 ? popularity_model() : nonlinear_model();
  const Query query = GENERATE(
      parsed("apples pear"), parsed("pear filler"), parsed("pear"), parsed("apples AND pear"), parsed("filler -pear"),
      parsed("pe* apples", "", Xapian::QueryParser::STEM_SOME, "english", Xapian::QueryParser::FLAG_WILDCARD));
  CAPTURE(query.get_description());
  Xapian::Enquire enquire = enquire_of(db, query);
  const Docids list = full_list(db, *model, enquire);
  REQUIRE(list.size() > kDepth);
  REQUIRE(slice(list, 0, kDepth) != slice(docids_of(enquire.get_mset(0, kNumDocuments)), 0, kDepth));
  const Reranker reranker(db, fixed_model(model), strict());

  for (Xapian::doccount first = 0; first < kNumDocuments + 6; first += 3) {
    CAPTURE(first);
    const Xapian::MSet page = reranker.get_mset(enquire, first, 3);
    CHECK(docids_of(page) == slice(list, first, 3));
    CHECK(page.get_firstitem() == first);
    CHECK(same_bounds(page, enquire.get_mset(0, std::max<Xapian::doccount>(first + 3, kDepth))));
    for (auto hit = page.begin(); hit != page.end(); ++hit) {
      CHECK(hit.get_document().get_data() == "document " + std::to_string(*hit));
    }
  }
}

TEST_CASE("a page of inexact bounds has them from the first pass", "[plugin][reranker]") {
  std::vector<Xapian::Document> documents;
  for (int copy = 0; copy < 4; ++copy) {
    for (const Xapian::Document& document : fruit()) documents.push_back(document);
  }
  const Xapian::Database db = sharded_index_of(documents, GENERATE(std::size_t{1}, std::size_t{4}));
  // Once twelve pears are found, Xapian passes over what is filler alone.
  const Query pears(Query::OP_SCALE_WEIGHT, parsed("pear"), 10.0);
  Xapian::Enquire enquire = enquire_of(db, Query(Query::OP_OR, pears, parsed("filler")));
  const Xapian::MSet window = enquire.get_mset(0, kDepth);
  REQUIRE(window.get_matches_lower_bound() < window.get_matches_upper_bound());
  CHECK(same_bounds(Reranker(db, fixed_model(popularity_model()), strict()).get_mset(enquire, 0, 3), window));
}

TEST_CASE("a page may be of any size and lie across the window's edge", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const Docids list = full_list(db, *popularity_model(), enquire);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  const Xapian::doccount first = GENERATE(0u, 1u, 11u, 12u, 13u, 59u, 60u, 1000u);
  const Xapian::doccount size = GENERATE(0u, 1u, 12u, 13u, 60u, 1000u, std::numeric_limits<Xapian::doccount>::max());
  CAPTURE(first, size);
  CHECK(docids_of(reranker.get_mset(enquire, first, size)) == slice(list, first, size));
}

TEST_CASE("the weights of a page are above zero and fall strictly", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  // Ties, scores near nothing, scores so large that no tail's weight can be added to them.
  const float weight = GENERATE(1.0F, -1.0F, 0.0F, 1e-30F, 1e20F, 1e38F);
  CAPTURE(weight);
  const auto model = popularity_model(weight);
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet page = Reranker(db, fixed_model(model), strict()).get_mset(enquire, 0, 30);
  CHECK(docids_of(page) == slice(full_list(db, *model, enquire), 0, 30));
  double last = std::numeric_limits<double>::infinity();
  for (auto hit = page.begin(); hit != page.end(); ++hit) {
    CHECK(hit.get_weight() > 0.0);
    CHECK(hit.get_weight() < last);
    last = hit.get_weight();
  }
}

TEST_CASE("matching terms and snippets work on a reranked page", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const Xapian::MSet page = Reranker(db, fixed_model(popularity_model()), strict()).get_mset(enquire, 9, 6);
  REQUIRE(page.size() == 6);
  for (auto hit = page.begin(); hit != page.end(); ++hit) {
    const std::set<std::string> expected =
        *hit % 3 == 0 ? std::set<std::string>{"Zappl", "Zpear"} : std::set<std::string>{"Zappl"};
    CHECK(std::set<std::string>(enquire.get_matching_terms_begin(hit), enquire.get_matching_terms_end(hit)) ==
          expected);
  }
  CHECK(page.snippet("an apple a day", 50, Xapian::Stem("english")) == "an <b>apple</b> a day");
}

TEST_CASE("results that are not sorted by relevance are left alone", "[plugin][reranker]") {
  Xapian::MultiValueKeyMaker by_colour;
  by_colour.add_value(kColour);
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  SECTION("by value") { enquire.set_sort_by_value(kColour, true); }
  SECTION("by a value that no document has") { enquire.set_sort_by_value(99, true); }
  SECTION("by value, then relevance") { enquire.set_sort_by_value_then_relevance(kColour, false); }
  SECTION("by relevance, then value") { enquire.set_sort_by_relevance_then_value(kColour, false); }
  SECTION("by docid") { enquire.set_weighting_scheme(Xapian::BoolWeight()); }
  SECTION("by docid, falling") {
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_docid_order(Xapian::Enquire::DESCENDING);
  }
  SECTION("by key") { enquire.set_sort_by_key(&by_colour, true); }
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  for (const Xapian::doccount first : {0u, 3u, 11u, 58u}) {
    CHECK(shown(reranker.get_mset(enquire, first, 4)) == shown(enquire.get_mset(first, 4)));
  }
}

TEST_CASE("a match spy counts once, whatever becomes of the reranking", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  Problems problems;
  std::shared_ptr<const Model> model = popularity_model();
  SECTION("reranked") {}
  SECTION("sorted by value") { enquire.set_sort_by_value(kColour, true); }
  SECTION("no weights") { enquire.set_weighting_scheme(Xapian::BoolWeight()); }
  SECTION("a model that fails before the first pass") { model = model_of_other_features(); }
  SECTION("a model that fails after the first pass") {
    model = popularity_model(std::numeric_limits<float>::infinity());
  }
  Xapian::ValueCountMatchSpy spy(kColour);
  enquire.add_matchspy(&spy);
  const Xapian::MSet page = Reranker(db, fixed_model(model), lenient(problems)).get_mset(enquire, 3, 3, kNumDocuments);
  CHECK(page.size() == 3);
  CHECK(spy.get_total() == kNumDocuments);
}

TEST_CASE("the decider is respected", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  const Without decider("a");
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  const Xapian::MSet window = enquire.get_mset(0, 30, 0, nullptr, &decider);
  const Xapian::MSet page = reranker.get_mset(enquire, 0, 30, 0, nullptr, &decider);

  CHECK(docids_of(page) != docids_of(window));
  const Docids shown_docids = docids_of(page), window_docids = docids_of(window);
  CHECK(std::is_permutation(shown_docids.begin(), shown_docids.end(), window_docids.begin(), window_docids.end()));
  for (auto hit = page.begin(); hit != page.end(); ++hit) CHECK(hit.get_document().get_value(kColour) != "a");
  CHECK(same_bounds(page, window));
}

TEST_CASE("check_at_least and the relevance set reach the first pass", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  Xapian::RSet relevant;
  relevant.add_document(6);
  relevant.add_document(9);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  const Xapian::MSet page = reranker.get_mset(enquire, 0, 3, kNumDocuments, &relevant);
  const Xapian::MSet window = enquire.get_mset(0, kDepth, kNumDocuments, &relevant);
  CHECK(page.get_matches_lower_bound() == kNumDocuments);
  CHECK(page.get_matches_upper_bound() == kNumDocuments);
  CHECK(docids_of(page) ==
        slice(docids_of(Reranker(db, fixed_model(popularity_model())).rerank(enquire.get_query(), window)), 0, 3));
}

TEST_CASE("collapsing happens in the first pass", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  Xapian::Enquire enquire = enquire_of(db);
  enquire.set_collapse_key(kColour, 2);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  const Xapian::MSet first_pass = enquire.get_mset(0, kDepth);
  REQUIRE(first_pass.size() == 8);
  const Docids list = docids_of(reranker.rerank(enquire.get_query(), first_pass));
  CHECK(list != docids_of(first_pass));
  for (Xapian::doccount first = 0; first < 9; first += 3) {
    const Xapian::MSet page = reranker.get_mset(enquire, first, 3);
    CHECK(docids_of(page) == slice(list, first, 3));
    CHECK(same_bounds(page, first_pass));
  }
  Xapian::doccount collapsed = 0;
  for (const RankedHit& hit : reranker.rerank(enquire.get_query(), first_pass)) collapsed += hit.collapse_count;
  CHECK(collapsed > 0);
}

TEST_CASE("a cutoff happens in the first pass", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(1);
  Xapian::Enquire enquire = enquire_of(db);
  enquire.set_cutoff(60);
  const Xapian::MSet first_pass = enquire.get_mset(0, kNumDocuments);
  REQUIRE(first_pass.size() > 3);
  REQUIRE(first_pass.size() < kNumDocuments);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  CHECK(docids_of(reranker.get_mset(enquire, 0, kNumDocuments)) == full_list(db, *popularity_model(), enquire));
}

TEST_CASE("an empty result stays empty", "[plugin][reranker]") {
  const Xapian::Database db = fruit_index(GENERATE(1, 3));
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  for (const Query& query : {parsed("umbrella"), Query(), Query(Query::MatchNothing), parsed("apples AND umbrella")}) {
    Xapian::Enquire enquire = enquire_of(db, query);
    for (const Xapian::doccount first : {0u, 20u}) {
      const Xapian::MSet page = reranker.get_mset(enquire, first, 10);
      CHECK(page.empty());
      CHECK(page.get_matches_upper_bound() == 0);
    }
    CHECK(reranker.rerank(query, enquire.get_mset(0, 10)).empty());
  }
  const Xapian::Database nothing = index_of({});
  Xapian::Enquire enquire = enquire_of(nothing);
  CHECK(Reranker(nothing, fixed_model(popularity_model()), strict()).get_mset(enquire, 0, 10).empty());
}

TEST_CASE("shards of unequal size, and without documents, are told apart", "[plugin][reranker]") {
  // Which shards hold documents: the first, the middle or the last one is empty, or two are.
  const std::vector<bool> filled =
      GENERATE(std::vector<bool>{false, true, true}, std::vector<bool>{true, false, true},
               std::vector<bool>{true, true, false}, std::vector<bool>{false, false, true});
  CAPTURE(filled[0], filled[1], filled[2]);
  const std::vector<Xapian::Document> documents = fruit();
  Xapian::Database db;
  for (std::size_t shard = 0; shard < 3; ++shard) {
    std::vector<Xapian::Document> hand;
    if (filled[shard]) hand.assign(documents.begin() + static_cast<std::ptrdiff_t>(10 * shard), documents.end());
    db.add_database(index_of(hand));
  }
  Xapian::Enquire enquire = enquire_of(db);
  const Docids list = full_list(db, *popularity_model(), enquire);
  const Reranker reranker(db, fixed_model(popularity_model()), strict());
  for (Xapian::doccount first = 0; first < list.size(); first += 5) {
    CAPTURE(first);
    const Xapian::MSet page = reranker.get_mset(enquire, first, 5);
    CHECK(docids_of(page) == slice(list, first, 5));
    CHECK(same_bounds(page, enquire.get_mset(0, std::max<Xapian::doccount>(first + 5, kDepth))));
  }
}

}  // namespace irgan::reranker_test
