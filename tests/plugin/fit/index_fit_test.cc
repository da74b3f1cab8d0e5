#include "irgan/index_fit.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "plugin/src/features/field_lengths.h"
#include "plugin/src/model/index_facts.h"
#include "tests/plugin/fruit.h"

namespace irgan::index_fit_test {

using Catch::Contains;

namespace {

IndexFacts facts_of(const Xapian::Database& db, const FeatureSchema& schema) {
  return {db.get_uuid(), db.get_doccount(), db.get_avlength(), "Q", index_shares(db, schema)};
}

FeatureSchema whole_schema() { return fruit_schema({"body.bm25", "value.popularity"}); }

// The fruit whose popularity only each `modulus`-th document has.
Xapian::Database fruit_with_gaps(unsigned modulus) {
  std::vector<Xapian::Document> documents = fruit();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (i % modulus != 0) documents[i].remove_value(kPopularity);
  }
  return index_of(documents);
}

}  // namespace

TEST_CASE("an index fits the model that was trained on it, however few documents have a value", "[plugin][fit]") {
  for (const unsigned modulus : {1U, 2U, 10U}) {
    const Xapian::Database db = fruit_with_gaps(modulus);
    const IndexFit fit = index_fit(db, whole_schema(), facts_of(db, whole_schema()));
    CHECK(fit.drifts.empty());
    CHECK(fit.fits());
  }
}

TEST_CASE("a loss is measured by what was there in training", "[plugin][fit]") {
  const IndexFacts half = facts_of(fruit_with_gaps(2), whole_schema());
  const IndexFit third = index_fit(fruit_with_gaps(3), whole_schema(), half);
  CHECK(third.fits());
  CHECK_THAT(third.losses(), Contains("67 % of the documents lack the value 'popularity' (value slot 3), 50 % in "
                                      "training"));
  const IndexFit tenth = index_fit(fruit_with_gaps(10), whole_schema(), half);
  CHECK_FALSE(tenth.fits());
  CHECK_THAT(tenth.why_not(), Contains("90 % of the documents lack the value 'popularity'"));
}

TEST_CASE("of a model without shares only what is gone altogether counts", "[plugin][fit]") {
  CHECK(index_fit(fruit_with_gaps(10), whole_schema(), {}).drifts.empty());
  std::vector<Xapian::Document> documents = fruit();
  for (Xapian::Document& document : documents) document.remove_value(kPopularity);
  CHECK_FALSE(index_fit(index_of(documents), whole_schema(), {}).fits());
}

TEST_CASE("what the features do not read may be missing", "[plugin][fit]") {
  FeatureSchema schema = fruit_schema({"body.bm25"});
  schema.fields.push_back({"title", "S", 11, 12, 3.0});
  schema.values.push_back({"age", 13, Transform::identity});
  CHECK(index_fit(fruit_index(1), schema, {}).fits());
  schema.features.push_back("title.coverage");
  CHECK_FALSE(index_fit(fruit_index(1), schema, {}).fits());
}

TEST_CASE("shards answer as one index, and an empty index fits", "[plugin][fit]") {
  const IndexFacts facts = facts_of(fruit_index(1), whole_schema());
  CHECK(index_fit(fruit_index(3), whole_schema(), facts).fits());
  CHECK(index_fit(index_of({}), whole_schema(), facts).drifts.empty());
}

TEST_CASE("shares travel with a model's facts, and older facts have none", "[plugin][fit]") {
  const IndexFacts facts = facts_of(fruit_index(1), whole_schema());
  const IndexFacts read = index_facts_from_json(nlohmann::json::parse(index_facts_to_json(facts).dump()));
  REQUIRE(read.shares);
  CHECK(read.shares->values == facts.shares->values);
  CHECK(read.shares->fields[0].terms == 1.0);
  CHECK(std::isnan(read.shares->fields[0].length));
  CHECK(read.shares->stems == facts.shares->stems);
  nlohmann::json old = index_facts_to_json(facts);
  old.erase("shares");
  CHECK_FALSE(index_facts_from_json(old).shares);
}

TEST_CASE("field lengths come from terms where the slot is empty", "[plugin][fit]") {
  constexpr Xapian::valueno kLength = 1000;
  FeatureSchema schema = fruit_schema({"body.length", "body.density", "body.bm25", "body.exact_match"});
  schema.fields[0].length_slot = kLength;
  std::vector<Xapian::Document> documents = fruit();
  Xapian::WritableDatabase counted = index_of(documents);
  for (Xapian::docid docid = 1; docid <= counted.get_lastdocid(); ++docid) {
    documents[docid - 1].add_value(kLength,
                                   Xapian::sortable_serialise(field_lengths(counted, docid, schema.fields)[0]));
  }
  Xapian::Enquire enquire = enquire_of(counted);
  const std::vector<Candidate> candidates = candidates_of(enquire.get_mset(0, 40), 40);
  const auto rows = [&](const Xapian::Database& db) {
    return FeatureExtractor(db, schema).extract(enquire.get_query(), candidates);
  };
  const FeatureMatrix annotated = rows(index_of(documents));
  CHECK(annotated == rows(counted));
  for (std::size_t i = 0; i < documents.size(); i += 3) documents[i].remove_value(kLength);
  CHECK(annotated == rows(index_of(documents)));
  CHECK(annotated == rows(sharded_index_of(documents, 3)));
}

}  // namespace irgan::index_fit_test
