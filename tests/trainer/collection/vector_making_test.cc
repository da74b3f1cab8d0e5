#include "irgan/vector_making.h"

#include <catch2/catch.hpp>
#include <set>

#include "plugin/src/features/unique_ids.h"
#include "plugin/src/vectors/vector_parts.h"
#include "tests/trainer/topic_index.h"

namespace irgan::vector_making_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

VectorOptions four_dimensions() {
  VectorOptions options;
  options.dimensions = 4;
  options.max_document_share = 0.5;
  options.num_threads = 2;
  return options;
}

std::shared_ptr<const CollectionVectors> vectors_of(const Xapian::Database& db, const VectorOptions& options) {
  return CollectionVectors::from_bytes(make_vectors(topic_site(db), options), "here");
}

}  // namespace

TEST_CASE("documents of a topic are near its words, whichever of them they hold", "[trainer][collection]") {
  const Xapian::Database db = topic_database(80);
  const auto vectors = vectors_of(db, four_dimensions());
  REQUIRE(vectors->num_documents() == 80);
  CHECK(vectors->dimensions() == 4);
  CHECK(vectors->num_terms() == 24);  // what every document has, or only one, has no vector
  const Towers towers = untrained_towers(*vectors);
  for (std::size_t topic = 0; topic < topics().size(); ++topic) {
    const Xapian::Stem stem("english");
    const auto best = vectors->best(towers.query(vectors->query_vector({stem(topics()[topic][0])})), 20);
    REQUIRE(best.size() == 20);
    for (const ScoredDocument& one : best) CHECK((one.docid - 1) % 4 == topic);
  }
}

TEST_CASE("vectors are the same bytes at any number of threads", "[trainer][collection]") {
  const Xapian::Database db = topic_database(60);
  VectorOptions options = four_dimensions();
  options.num_threads = 1;
  const std::string one = make_vectors(topic_site(db), options);
  options.num_threads = 5;
  CHECK(make_vectors(topic_site(db), options) == one);
}

TEST_CASE("a document's row can be made of its terms at any time", "[trainer][collection]") {
  const Xapian::Database db = topic_database(40);
  const auto vectors = vectors_of(db, four_dimensions());
  for (Xapian::docid docid = 1; docid <= 40; ++docid) {
    const ByteRow made = vectors->row_of_terms(db, docid);
    const auto [numbers, scale] = vectors->row_of(docid);
    REQUIRE(numbers != nullptr);
    CHECK(made.scale == scale);
    CHECK(std::equal(made.numbers.begin(), made.numbers.end(), numbers));
  }
}

TEST_CASE("kept term vectors give the documents of today theirs", "[trainer][collection]") {
  Xapian::WritableDatabase db = topic_database(40);
  VectorOptions options = four_dimensions();
  options.from = vectors_of(db, options);
  db.delete_document(3);
  Xapian::Document document;
  document.add_term("Zpiano", 2);
  document.add_term("Znewword");
  const Xapian::docid added = db.add_document(document);
  const auto later = vectors_of(db, options);
  CHECK(later->facts().basis == options.from->facts().basis);
  CHECK(later->num_terms() == options.from->num_terms());
  CHECK(later->num_documents() == 40);
  CHECK(later->row_of(3).first == nullptr);
  REQUIRE(later->row_of(added).first != nullptr);
  // One known word: the document's direction is the word's.
  const VectorQuery piano = untrained_towers(*later).query(later->query_vector({"piano"}));
  CHECK(vector_score(piano, later->row_of(added).first, later->row_of(added).second) == Approx(10.0).margin(0.1));
  for (const Xapian::docid docid : {1U, 2U, 40U}) {
    CHECK(std::equal(later->row_of(docid).first, later->row_of(docid).first + 4, options.from->row_of(docid).first));
  }
}

TEST_CASE("vectors hold the documents' ids where the index has a slot for them", "[trainer][collection]") {
  Xapian::WritableDatabase db = topic_database(40);
  CHECK_FALSE(vectors_of(db, four_dimensions())->has_ids());
  for (Xapian::docid docid = 1; docid <= 40; ++docid) {
    Xapian::Document document = db.get_document(docid);
    if (docid != 7) document.add_value(kFirstIdSlot, "Q" + std::to_string(docid));
    db.replace_document(docid, document);
  }
  db.set_metadata(kIdSlotKey, std::to_string(kFirstIdSlot));
  db.delete_document(3);
  const auto vectors = vectors_of(db, four_dimensions());
  CHECK(vectors->has_ids());
  CHECK(vectors->id_term(1) == "Q1");
  CHECK(vectors->id_term(40) == "Q40");
  for (const Xapian::docid docid : {0U, 3U, 7U, 41U}) CHECK(vectors->id_term(docid).empty());
}

TEST_CASE("what vectors cannot be made of is refused", "[trainer][collection]") {
  const Xapian::Database db = topic_database(40);
  VectorOptions options = four_dimensions();
  options.dimensions = 1;
  CHECK_THROWS_WITH(make_vectors(topic_site(db), options), StartsWith("dimensions 1: must be from 2"));
  options = four_dimensions();
  options.min_documents = 1000;
  CHECK_THROWS_WITH(make_vectors(topic_site(db), options), Contains("no term is in at least 1000"));
  options = four_dimensions();
  Site unstemmed = topic_site(db);
  unstemmed.layout.stemmer = "none";
  options.from = CollectionVectors::from_bytes(make_vectors(unstemmed, options), "here");
  CHECK_THROWS_WITH(make_vectors(topic_site(db), options), StartsWith("from") && Contains("other terms"));
  Site empty = topic_site(Xapian::WritableDatabase("", Xapian::DB_BACKEND_INMEMORY));
  CHECK_THROWS_AS(make_vectors(empty, four_dimensions()), Error);
}

TEST_CASE("fields without common text are put together", "[trainer][collection]") {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  for (int i = 0; i < 12; ++i) {
    Xapian::Document document;
    document.add_term(i % 2 == 0 ? "ZSpiano" : "ZXDpiano");
    document.add_term(i % 3 == 0 ? "ZSflour" : "ZXDoven");
    if (i % 4 == 0) document.add_term("ZXDpiano", 3);
    db.add_document(document);
  }
  Site site = topic_site(db);
  site.layout.fields = {{"title", "S"}, {"text", "XD"}};
  VectorOptions options = four_dimensions();
  options.dimensions = 2;
  options.max_document_share = 1.0;
  const auto vectors = CollectionVectors::from_bytes(make_vectors(site, options), "here");
  CHECK(vectors->facts().term_prefixes == std::vector<std::string>{"ZS", "ZXD"});
  for (Xapian::docid docid = 1; docid <= 12; ++docid) {
    const ByteRow made = vectors->row_of_terms(db, docid);
    CHECK(std::equal(made.numbers.begin(), made.numbers.end(), vectors->row_of(docid).first));
  }
}

TEST_CASE("damaged vectors are refused with their place", "[trainer][collection]") {
  const std::string whole = make_vectors(topic_site(topic_database(20)), four_dimensions());
  CHECK_NOTHROW(CollectionVectors::from_bytes(whole, "v"));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    CHECK_THROWS_WITH(CollectionVectors::from_bytes(whole.substr(0, size), "v"), StartsWith("v:"));
  }
  for (std::size_t i = 0; i < whole.size(); i += 5) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    CHECK_THROWS_AS(CollectionVectors::from_bytes(flipped, "v"), FormatError);
  }
}

TEST_CASE("parts that do not fit each other are refused though their digest is right", "[trainer][collection]") {
  VectorParts parts;
  parts.dimensions = 2;
  parts.terms = {"a", "b"};
  parts.term_numbers = {1, 2, 3, 4};
  parts.term_scales = {1.0F, 1.0F};
  parts.docids = {1, 5};
  parts.document_numbers = {1, 2, 3, 4};
  parts.document_scales = {0.1F, 0.1F};
  CHECK_NOTHROW(CollectionVectors::from_bytes(encode_vectors(parts), "v"));
  const auto refused = [&](const VectorParts& bad, const char* reason) {
    CHECK_THROWS_WITH(CollectionVectors::from_bytes(encode_vectors(bad), "v"), Contains(reason));
  };
  VectorParts bad = parts;
  bad.docids = {5, 5};
  refused(bad, "the docids do not rise");
  bad = parts;
  bad.terms = {"b", "a"};
  refused(bad, "the terms do not rise");
  bad = parts;
  bad.docids = {1};
  refused(bad, "has not the size that its type and shape say");
  bad = parts;
  bad.document_scales[1] = -1.0F;
  refused(bad, "a vector's scale");
  bad = parts;
  bad.id_terms = {"Qa"};
  refused(bad, "has not the size that its type and shape say");
}

}  // namespace irgan::vector_making_test
