#include "plugin/src/candidates/picking.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "irgan/feature_extractor.h"
#include "tests/plugin/small_index.h"
#include "tests/plugin/small_vectors.h"

namespace irgan::picking_test {

using Catch::Matchers::Contains;

namespace {

// Two things, each with two words; documents of each, of which some hold one word alone.
std::vector<Xapian::Document> documents() {
  std::vector<Xapian::Document> all;
  for (const char* text : {"piano violin", "piano", "violin", "oven cake", "oven", "cake", "violin piano oven"}) {
    all.push_back(document_of({{"", text}}));
    all.back().add_boolean_term(all.size() % 2 == 0 ? "XPeven" : "XPodd");
  }
  return all;
}

FeatureSchema schema() {
  FeatureSchema schema;
  schema.stemmer = "english";
  schema.fields = {{"text", ""}};
  schema.features = {"first_stage.score", kGeneratorScore};
  return schema;
}

// The first number is music's, the second baking's.
std::shared_ptr<const CollectionVectors> vectors_of(const Xapian::Database& db, Xapian::docid last) {
  return small_vectors(db, {{"cake", {0, 127}}, {"oven", {0, 127}}, {"piano", {127, 0}}, {"violin", {127, 0}}}, last);
}

std::vector<Xapian::docid> docids_of(const std::vector<Candidate>& candidates) {
  std::vector<Xapian::docid> docids;
  for (const Candidate& candidate : candidates) docids.push_back(candidate.docid);
  return docids;
}

using Docids = std::vector<Xapian::docid>;

}  // namespace

TEST_CASE("the best documents of the collection join the candidates", "[plugin][picking]") {
  const Xapian::Database db = index_of(documents());
  const auto vectors = vectors_of(db, 7);
  Picker picking(db, vectors, schema());
  const Towers towers = untrained_towers(*vectors);
  const Xapian::Query query = parsed("piano");
  const VectorQuery wanted = picking.wanted(towers, query);
  std::vector<Candidate> candidates{{2, 1.5}};
  picking.add(wanted, query, nullptr, 3, candidates);
  CHECK(docids_of(candidates) == Docids{2, 1, 3});  // 3 holds another word of the same thing
  CHECK(std::isnan(candidates[2].first_stage_score));
  picking.score(wanted, candidates);
  for (const Candidate& candidate : candidates) CHECK(candidate.generator_score.value() == Approx(10.0F).margin(0.05));
}

TEST_CASE("picks keep to the query's filters and the decider", "[plugin][picking]") {
  const Xapian::Database db = index_of(documents());
  const auto vectors = vectors_of(db, 7);
  Picker picking(db, vectors, schema());
  const Towers towers = untrained_towers(*vectors);
  const Xapian::Query words = parsed("piano");
  const Xapian::Query query(Xapian::Query::OP_FILTER, words, Xapian::Query("XPodd"));
  std::vector<Candidate> candidates;
  picking.add(picking.wanted(towers, query), query, nullptr, 4, candidates);
  CHECK(docids_of(candidates) == Docids{1, 3, 7});
  struct NotThree : Xapian::MatchDecider {
    bool operator()(const Xapian::Document& document) const override { return document.get_docid() != 3; }
  } not_three;
  candidates.clear();
  picking.add(picking.wanted(towers, query), query, &not_three, 4, candidates);
  CHECK(docids_of(candidates) == Docids{1, 7});
}

TEST_CASE("a document that came or went after the vectors is no trouble", "[plugin][picking]") {
  Xapian::WritableDatabase db = index_of(documents());
  const auto vectors = vectors_of(db, 6);
  db.delete_document(1);
  Picker picking(db, vectors, schema());
  const Xapian::Query query = parsed("violin");
  const VectorQuery wanted = picking.wanted(untrained_towers(*vectors), query);
  std::vector<Candidate> candidates{{7, 2.0}};
  picking.add(wanted, query, nullptr, 3, candidates);
  CHECK(docids_of(candidates) == Docids{7, 2, 3});
  picking.score(wanted, candidates);
  CHECK(candidates[0].generator_score.value() ==
        Approx(10.0F * 2.0F / std::sqrt(5.0F)).margin(0.1));  // by its three words
}

TEST_CASE("words without vectors pick nothing and score nothing", "[plugin][picking]") {
  const Xapian::Database db = index_of(documents());
  const auto vectors = vectors_of(db, 7);
  Picker picking(db, vectors, schema());
  const Xapian::Query query = parsed("unheard");
  const VectorQuery wanted = picking.wanted(untrained_towers(*vectors), query);
  std::vector<Candidate> candidates{{4, 1.0}};
  picking.add(wanted, query, nullptr, 5, candidates);
  picking.score(wanted, candidates);
  CHECK(candidates.size() == 1);
  CHECK(std::isnan(candidates[0].generator_score.value()));
}

TEST_CASE("vectors of another stemmer are refused", "[plugin][picking]") {
  const Xapian::Database db = index_of(documents());
  FeatureSchema other = schema();
  other.stemmer = "german";
  CHECK_THROWS_WITH(Picker(db, vectors_of(db, 7), other), Contains("have the stemmer 'english'"));
}

TEST_CASE("the generator's score is a feature, and who does not ask for it is told", "[plugin][picking]") {
  const Xapian::Database db = index_of(documents());
  FeatureExtractor extractor(db, schema());
  std::vector<Candidate> candidates{{1, 2.0}, {2, 1.0}};
  candidates[1].generator_score = 3.5F;
  CHECK_THROWS_WITH(extractor.extract(parsed("piano"), candidates), Contains("which is not asked here"));
  candidates[0].generator_score = std::nanf("");
  const FeatureMatrix rows = extractor.extract(parsed("piano"), candidates);
  CHECK(std::isnan(rows(0, 1)));
  CHECK(rows(1, 1) == 3.5F);
}

}  // namespace irgan::picking_test
