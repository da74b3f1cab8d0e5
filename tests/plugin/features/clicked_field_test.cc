#include "plugin/src/features/clicked_field.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/feature_extractor.h"
#include "tests/plugin/small_index.h"

namespace irgan::clicked_field_test {

namespace {

constexpr Xapian::valueno kNumWords = 1, kClicks = 2;
const std::string kPrefix = "XCLICKED";
const std::vector<std::string> kAll{"bm25",   "coverage",    "idf_coverage", "density",
                                    "length", "exact_match", "click_share",  "word_share"};

std::vector<std::string> stems_of(const std::string& words) {
  return query_stems(QueryConceptFinder({"", "S", kPrefix}, "english").find(parsed(words)));
}

void add_clicks(Xapian::Document& document, const std::vector<std::string>& stems, double popularity) {
  for (const std::string& stem : stems) document.add_boolean_term(clicked_word_term(kPrefix, stem));
  document.add_value(kNumWords, Xapian::sortable_serialise(static_cast<double>(stems.size())));
  document.add_value(kClicks, Xapian::sortable_serialise(popularity));
}

// Copies of one Xapian::Document would be one document.
std::vector<Xapian::Document> four_alike() {
  std::vector<Xapian::Document> documents;
  for (int i = 0; i < 4; ++i) documents.push_back(document_of({{"", "red shoes"}}));
  return documents;
}

/// Documents 1 and 2 were clicked, 3 for a query that is not kept, 4 never.
std::vector<Xapian::Document> shop() {
  std::vector<Xapian::Document> documents = four_alike();
  add_clicks(documents[0], {"red", "run", "shoe"}, 2.0);
  add_clicks(documents[1], {"shoe"}, 1.0);
  add_clicks(documents[2], {}, 0.5);
  documents[0].add_boolean_term(query_share_term(kPrefix, stems_of("running shoes"), 0.75));
  documents[1].add_boolean_term(query_share_term(kPrefix, stems_of("running shoes"), 0.02));
  documents[0].add_boolean_term(word_share_term(kPrefix, "shoe", 0.5));
  documents[1].add_boolean_term(word_share_term(kPrefix, "shoe", 0.25));
  documents[0].add_boolean_term(word_share_term(kPrefix, "run", 1.0));
  return documents;
}

FeatureSchema schema() {
  FeatureSchema schema;
  schema.version = FeatureSchema::kVersionWithClicks;
  schema.stemmer = "english";
  schema.fields = {{"body", "", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 4.0},
                   {"clicked", kPrefix, kNumWords, Xapian::BAD_VALUENO, 2.0, true}};
  schema.values = {{"clicks", kClicks, Transform::identity, true}};
  for (const std::string& kind : kAll) schema.features.push_back("clicked." + kind);
  schema.features.emplace_back("value.clicks");
  return schema;
}

FeatureMatrix rows_of(const Xapian::Database& db, const std::string& words,
                      std::optional<Xapian::Database> clicks = {}) {
  const FeatureExtractor extractor(db, schema(), nullptr, std::move(clicks));
  return extractor.extract(parsed(words), {{1, 4}, {2, 3}, {3, 2}, {4, 1}});
}

float at(const FeatureMatrix& rows, Eigen::Index document, const std::string& kind) {
  const auto place = std::find(kAll.begin(), kAll.end(), kind);
  return rows(document - 1, place - kAll.begin());
}

}  // namespace

TEST_CASE("queries of the same stems are the same query", "[plugin][clicked_field]") {
  CHECK(stems_of("Running shoes") == std::vector<std::string>{"run", "shoe"});
  CHECK(stems_of("shoe RUNNING shoes") == stems_of("running shoe"));
  CHECK(stems_of("running") != stems_of("running shoes"));
  const std::string term = query_share_term(kPrefix, stems_of("shoes running"), 0.5);
  CHECK(term == query_share_term(kPrefix, stems_of("running shoe"), 0.5));
  CHECK(term != query_share_term(kPrefix, stems_of("running shoe"), 0.25));
  CHECK(term.substr(0, term.size() - 1) ==
        query_share_term(kPrefix, stems_of("running shoe"), 0.25).substr(0, term.size() - 1));
  CHECK(is_query_share_term(kPrefix, term));
  CHECK_FALSE(is_query_share_term(kPrefix, word_share_term(kPrefix, "shoe", 0.5)));
  CHECK_FALSE(is_query_share_term(kPrefix, clicked_word_term(kPrefix, "queue")));
}

TEST_CASE("a share is read back within a tenth, and a tiny one not kept", "[plugin][clicked_field]") {
  for (const double share : {1.0, 0.9, 0.51, 0.3333, 0.01, 0.005}) {
    CAPTURE(share);
    std::vector<Xapian::Document> documents = shop();
    documents[0] = Xapian::Document();
    documents[0].add_boolean_term(query_share_term(kPrefix, {"hat"}, share));
    documents[0].add_value(kNumWords, Xapian::sortable_serialise(0.0));
    CHECK(at(rows_of(index_of(documents), "hats"), 1, "click_share") == Approx(share).epsilon(0.1));
  }
  CHECK(query_share_term(kPrefix, {"hat"}, 0.004).empty());
  CHECK(query_share_term(kPrefix, {"hat"}, 0.0).empty());
}

TEST_CASE("shares of a query's clicks: none for a document without a click, missing for a query that is not kept",
          "[plugin][clicked_field]") {
  const Xapian::Database db = index_of(shop());
  const FeatureMatrix known = rows_of(db, "running shoes");
  CHECK(at(known, 1, "click_share") == Approx(0.75).epsilon(0.1));
  CHECK(at(known, 2, "click_share") == Approx(0.02).epsilon(0.1));
  CHECK(at(known, 3, "click_share") == 0.0F);
  const FeatureMatrix unknown = rows_of(db, "shoes");
  for (Eigen::Index document = 1; document <= 4; ++document) CHECK(std::isnan(at(unknown, document, "click_share")));
}

TEST_CASE("shares of words' clicks are averaged over the words that the log knows", "[plugin][clicked_field]") {
  const FeatureMatrix rows = rows_of(index_of(shop()), "running green shoes");
  CHECK(at(rows, 1, "word_share") == 0.75F);
  CHECK(at(rows, 2, "word_share") == 0.125F);
  CHECK(at(rows, 3, "word_share") == 0.0F);
  CHECK(std::isnan(at(rows_of(index_of(shop()), "green"), 1, "word_share")));
}

TEST_CASE("clicked queries' words are a field whose words are there or not", "[plugin][clicked_field]") {
  const FeatureMatrix rows = rows_of(index_of(shop()), "running shoes");
  const double idf_of_one = std::log(1 + 3.5 / 1.5);
  const double idf_of_two = std::log(1 + 2.5 / 2.5);
  CHECK(at(rows, 1, "coverage") == 1.0F);
  CHECK(at(rows, 2, "coverage") == 0.5F);
  CHECK(at(rows, 3, "coverage") == 0.0F);
  CHECK(at(rows, 2, "idf_coverage") == static_cast<float>(idf_of_two / (idf_of_one + idf_of_two)));
  CHECK(at(rows, 1, "bm25") == Approx((idf_of_one + idf_of_two) * 2 / (1 + 0.5 + 0.5 * 1.5)));
  CHECK(at(rows, 1, "density") == Approx(2.0 / 3.0));
  CHECK(at(rows, 1, "length") == Approx(std::log(4.0)));
  CHECK(at(rows_of(index_of(shop()), "shoes"), 2, "exact_match") == 1.0F);
}

TEST_CASE("whatever is known of clicks is missing for a document that the log has never seen",
          "[plugin][clicked_field]") {
  const FeatureMatrix rows = rows_of(index_of(shop()), "running shoes");
  for (Eigen::Index j = 0; j < rows.cols(); ++j) {
    CAPTURE(j);
    CHECK(std::isnan(rows(3, j)));
    CHECK_FALSE(std::isnan(rows(0, j)));
    CHECK_FALSE(std::isnan(rows(2, j)));  // seen, if for nothing that is kept
  }
}

TEST_CASE("what clicks say changes no document's length, and so not the site's own search", "[plugin][clicked_field]") {
  const Xapian::Database db = index_of(shop());
  CHECK(db.get_doclength(1) == db.get_doclength(4));
  Xapian::Enquire enquire(db);
  enquire.set_query(parsed("running shoes"));
  const Xapian::MSet hits = enquire.get_mset(0, 10);
  REQUIRE(hits.size() == 4);
  CHECK(hits[0].get_weight() == hits[3].get_weight());
}

TEST_CASE("clicks are read from another index where one is given", "[plugin][clicked_field]") {
  const Xapian::Database plain = index_of(four_alike());
  const FeatureMatrix beside = rows_of(plain, "running shoes", index_of(shop()));
  const FeatureMatrix inside = rows_of(index_of(shop()), "running shoes");
  for (Eigen::Index i = 0; i < beside.size(); ++i) {
    const float a = beside.data()[i];
    const float b = inside.data()[i];
    CHECK((a == b || (std::isnan(a) && std::isnan(b))));
  }
  // An index of clicked documents alone has fewer: rarity is a matter of the site's own.
  Xapian::WritableDatabase clicked(std::string(), Xapian::DB_BACKEND_INMEMORY);
  const std::vector<Xapian::Document> documents = shop();
  for (Xapian::docid docid = 1; docid <= 3; ++docid) clicked.replace_document(docid, documents[docid - 1]);
  CHECK(at(rows_of(plain, "running shoes", clicked), 1, "bm25") == at(inside, 1, "bm25"));
  CHECK(std::isnan(at(rows_of(plain, "running shoes", clicked), 4, "coverage")));
}

}  // namespace irgan::clicked_field_test
