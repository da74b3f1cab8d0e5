#include "irgan/feature_extractor.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "irgan/index_fit.h"
#include "plugin/src/features/feature_columns.h"
#include "tests/plugin/same_bits.h"
#include "tests/plugin/small_index.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::feature_extractor_test {

using Xapian::Query;
using Xapian::QueryParser;

namespace {

constexpr Xapian::valueno kTitleLength = 1, kTitleText = 2, kPopularity = 3, kPrice = 4;

// The title under S with its length and text in slots, the body without a prefix or slots.
Xapian::Document document_of_shop(const std::string& title, double title_length, const std::string& body) {
  Xapian::Document document = document_of({{"S", title}, {"", body}});
  if (title_length > 0) {
    document.add_value(kTitleLength, Xapian::sortable_serialise(title_length));
    document.add_value(kTitleText, title);
  }
  return document;
}

void add_number(Xapian::Document& document, Xapian::valueno slot, double number) {
  document.add_value(slot, Xapian::sortable_serialise(number));
}

// A word counts twice in a document's length, as it is and as its stem: 14, 4, 8 and 4.
std::vector<Xapian::Document> shop() {
  std::vector<Xapian::Document> documents{document_of_shop("Running shoes", 2, "red shoes for running running"),
                                          document_of_shop("Shoes", 1, "blue"),
                                          document_of_shop("red hat", 0, "felt hat"),  // slots of title not filled
                                          document_of_shop("", 0, "shoe rack")};
  add_number(documents[0], kPopularity, 99);
  add_number(documents[2], kPopularity, 0);
  add_number(documents[3], kPopularity, -7);
  add_number(documents[0], kPrice, -3.5);
  add_number(documents[1], kPrice, 20);
  add_number(documents[3], kPrice, 0);
  return documents;
}

FeatureSchema schema_of(const std::vector<std::string>& features) {
  FeatureSchema schema;
  schema.stemmer = "english";
  schema.fields = {{"title", "S", kTitleLength, kTitleText, 2.0},
                   {"body", "", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 8.0}};
  schema.values = {{"popularity", kPopularity, Transform::log}, {"price", kPrice, Transform::identity}};
  schema.features = features;
  return schema;
}

FeatureSchema schema_of_all() {
  const FeatureSchema schema = schema_of({});
  return schema_of(all_features(schema.fields, schema.values));
}

const std::vector<Candidate> kAllFour{{1, 7.5}, {2, 6}, {3, NAN}, {4, 0.25}};

// One feature of documents 1 to 4.
std::vector<float> values_of(const std::string& feature, const Query& query) {
  const FeatureExtractor extractor(index_of(shop()), schema_of({feature}));
  const FeatureMatrix rows = extractor.extract(query, kAllFour);
  return {rows.data(), rows.data() + rows.size()};
}

// Both fields are asked, as a site's default query does.
Query running_shoes(QueryParser::stem_strategy strategy = QueryParser::STEM_SOME) {
  return Query(Query::OP_OR, parsed("running shoes", "S", strategy), parsed("running shoes", "", strategy));
}

// Equal to what a double expression gives when it becomes a float, or next to it; NaN is equal to NaN.
bool same(const std::vector<float>& values, const std::vector<double>& expected) {
  return std::equal(values.begin(), values.end(), expected.begin(), expected.end(), [](float value, double number) {
    return (std::isnan(value) && std::isnan(number)) || std::abs(value - number) <= 0x1p-23 * std::abs(number);
  });
}

// Idf of a term in one and in two of four documents.
const double kOneOfFour = std::log(1 + 3.5 / 1.5);
const double kTwoOfFour = std::log(1 + 2.5 / 2.5);

}  // namespace

TEST_CASE("bm25 of a field with length slot and of one without", "[plugin][feature_extractor]") {
  // Title: run in one of four, shoe in two; length / average length 2/2 and 1/2: norms 1 and .75.
  CHECK(same(values_of("title.bm25", running_shoes()),
             {kOneOfFour * 2 / 2 + kTwoOfFour * 2 / 2, kTwoOfFour * 2 / 1.75, 0, 0}));
  // Body: run twice in document 1 alone, shoe in 1 and 4; document lengths 14, 4, 8, 4 over 8.
  CHECK(same(values_of("body.bm25", running_shoes()),
             {kOneOfFour * 4 / (2 + 1.375) + kTwoOfFour * 2 / (1 + 1.375), 0, 0, kTwoOfFour * 2 / (1 + 0.75)}));
}

TEST_CASE("coverages of a field do not need its length", "[plugin][feature_extractor]") {
  CHECK(same(values_of("title.coverage", running_shoes()), {1, 0.5, 0, 0}));
  CHECK(same(values_of("body.coverage", running_shoes()), {1, 0, 0, 0.5}));
  CHECK(same(values_of("title.idf_coverage", running_shoes()), {1, kTwoOfFour / (kOneOfFour + kTwoOfFour), 0, 0}));
}

TEST_CASE("length and density of a field are counted from its terms where its slot is empty",
          "[plugin][feature_extractor]") {
  CHECK(same(values_of("title.length", running_shoes()), {std::log(3), std::log(2), std::log(3), 0}));
  CHECK(same(values_of("title.density", running_shoes()), {2 / 2.0, 1, 0, 0}));
}

TEST_CASE("a field without length slot has the document's length", "[plugin][feature_extractor]") {
  CHECK(same(values_of("body.length", running_shoes()), {std::log(15), std::log(5), std::log(9), std::log(5)}));
  CHECK(same(values_of("body.density", running_shoes()), {3 / 14.0, 0, 0, 1 / 4.0}));
}

TEST_CASE("exact_match asks for the whole query and nothing more", "[plugin][feature_extractor]") {
  CHECK(same(values_of("title.exact_match", running_shoes()), {1, 0, 0, 0}));
  CHECK(same(values_of("title.exact_match", parsed("shoe")), {0, 1, 0, 0}));
}

TEST_CASE("query likelihoods know the collection", "[plugin][feature_extractor]") {
  // Title: 2 words a document and 4 documents make 8, of which run is one and shoe are two; mu = 2 * 2 + 1 = 5.
  CHECK(same(values_of("title.dirichlet", running_shoes()),
             {std::log(1 + 1 / (5 * 1 / 8.0)) + std::log(1 + 1 / (5 * 2 / 8.0)) + 2 * std::log(5 / 7.0),
              std::log(1 + 1 / (5 * 2 / 8.0)) + 2 * std::log(5 / 6.0), 2 * std::log(5 / 7.0), 0}));
  // A word that the index never holds counts as half a word: log(1 + 0) whatever the collection.
  CHECK(same(values_of("title.dirichlet", parsed("umbrella")),
             {std::log(5 / 7.0), std::log(5 / 6.0), std::log(5 / 7.0), 0}));
}

TEST_CASE("text features compare the slot's text with the query as typed", "[plugin][feature_extractor]") {
  const Query typed = running_shoes(QueryParser::STEM_NONE);
  CHECK(same(values_of("title.prefix_match", typed), {1, 0, NAN, NAN}));
  CHECK(same(values_of("title.joined_match", typed), {1, 0, NAN, NAN}));
  // "running shoes" has 14 trigrams; "shoes" six: "  s" " sh" "sho" "hoe" "oes" "es ", of which it shares five.
  CHECK(same(values_of("title.trigram_coverage", typed), {1, 5 / 14.0, NAN, NAN}));
  CHECK(same(values_of("title.trigram_jaccard", typed), {1, 5 / 15.0, NAN, NAN}));
}

TEST_CASE("the words of a text weigh their idf in the whole index", "[plugin][feature_extractor]") {
  // Run stands in one of four bodies, shoe in two.
  const Query typed = parsed("runing shoes", "", QueryParser::STEM_NONE);
  const double runing = std::log(1 + 4.5 / 0.5);  // nowhere
  // "runing" is 6/7 of "running", and like nothing in "Shoes".
  CHECK(same(values_of("title.fuzzy_coverage", typed),
             {(6 / 7.0 * runing + kTwoOfFour) / (runing + kTwoOfFour), kTwoOfFour / (runing + kTwoOfFour), NAN, NAN}));
  CHECK(same(values_of("title.fuzzy_share", typed),
             {(6 / 7.0 * kOneOfFour + kTwoOfFour) / (kOneOfFour + kTwoOfFour), 1, NAN, NAN}));
  CHECK(same(values_of("title.part_share", typed), {kTwoOfFour / (kOneOfFour + kTwoOfFour), 1, NAN, NAN}));
}

TEST_CASE("numbers of a text are missing only where the query or the text is", "[plugin][feature_extractor]") {
  CHECK(same(values_of("title.number_match", running_shoes()), {NAN, NAN, NAN, NAN}));
  CHECK(same(values_of("title.number_match", parsed("shoes 2")), {0, 0, NAN, NAN}));
  CHECK(same(values_of("title.number_surplus", running_shoes()), {0, 0, NAN, NAN}));
}

TEST_CASE("text features have only stems where the query has only stems", "[plugin][feature_extractor]") {
  // "run shoe": "  r" " ru" "run" "un " "n s" " sh" "sho" "hoe" "oe ", of which "running shoes" has 6 and "shoes" 3.
  CHECK(same(values_of("title.trigram_coverage", running_shoes()), {6 / 9.0, 3 / 9.0, NAN, NAN}));
  CHECK(same(values_of("title.trigram_jaccard", running_shoes()), {6 / 17.0, 3 / 12.0, NAN, NAN}));
  CHECK(same(values_of("title.prefix_match", running_shoes()), {0, 0, NAN, NAN}));
  CHECK(same(values_of("title.joined_match", running_shoes()), {0, 0, NAN, NAN}));
}

TEST_CASE("values pass their transform, and missing is not zero", "[plugin][feature_extractor]") {
  CHECK(same(values_of("value.popularity", running_shoes()), {std::log(100), NAN, 0, -std::log(8)}));
  CHECK(same(values_of("value.price", running_shoes()), {-3.5, 20, NAN, 0}));
}

TEST_CASE("the query's length and the first stage's score and rank are features", "[plugin][feature_extractor]") {
  CHECK(same(values_of("query.length", running_shoes()), {2, 2, 2, 2}));
  CHECK(same(values_of("first_stage.score", running_shoes()), {7.5, 6, NAN, 0.25}));
  CHECK(same(values_of("first_stage.log_rank", running_shoes()),
             {0, std::log(2), NAN, std::log(4)}));  // what it did not find has no rank
}

TEST_CASE("a value that no float holds is missing", "[plugin][feature_extractor]") {
  std::vector<Xapian::Document> documents = shop();
  add_number(documents[0], kPrice, 1e300);
  add_number(documents[1], kPrice, -std::numeric_limits<double>::infinity());
  add_number(documents[2], kPrice, std::numeric_limits<double>::infinity());
  add_number(documents[0], kTitleLength, std::numeric_limits<double>::infinity());
  add_number(documents[1], kTitleLength, -3);
  const FeatureExtractor extractor(index_of(documents),
                                   schema_of({"value.price", "title.length", "first_stage.score"}));
  const FeatureMatrix rows = extractor.extract(parsed("shoes"), {{1, 1e300}, {2, 1}, {3, 1}, {4, 1}});
  CHECK(rows.col(0).head(3).array().isNaN().all());
  CHECK(rows(3, 0) == 0.0F);
  CHECK(rows.col(1).head(2).array().isNaN().all());
  CHECK(std::isnan(rows(0, 2)));
}

TEST_CASE("rows do not depend on the order of the candidates", "[plugin][feature_extractor]") {
  FeatureSchema schema = schema_of_all();
  const auto by_order = std::find(schema.features.begin(), schema.features.end(), "first_stage.log_rank");
  REQUIRE(by_order != schema.features.end());
  schema.features.erase(by_order);
  const FeatureExtractor extractor(index_of(shop()), schema);
  const FeatureMatrix rows = extractor.extract(running_shoes(), kAllFour);

  std::vector<Candidate> order = kAllFour;
  const auto by_docid = [](const Candidate& a, const Candidate& b) { return a.docid < b.docid; };
  do {
    FeatureMatrix expected(rows.rows(), rows.cols());
    for (std::size_t i = 0; i < order.size(); ++i)
      expected.row(static_cast<Eigen::Index>(i)) = rows.row(order[i].docid - 1);
    CHECK(same_bits(extractor.extract(running_shoes(), order), expected));
  } while (std::next_permutation(order.begin(), order.end(), by_docid));
}

TEST_CASE("log_rank follows the order in which the candidates stand", "[plugin][feature_extractor]") {
  const FeatureExtractor extractor(index_of(shop()), schema_of({"first_stage.log_rank"}));
  const FeatureMatrix rows = extractor.extract(running_shoes(), {{4, 3}, {1, 2}, {2, 1}});
  CHECK(same({rows.data(), rows.data() + 3}, {0, std::log(2), std::log(3)}));
}

TEST_CASE("rows are the same to the last bit on one database and on three shards", "[plugin][feature_extractor]") {
  std::vector<Xapian::Document> documents;
  for (int copy = 0; copy < 5; ++copy) {
    for (const Xapian::Document& document : shop()) documents.push_back(document);
  }
  documents.push_back(document_of_shop("running", 1, "shoes for running and red shoes for walking"));
  std::vector<Candidate> candidates;
  for (Xapian::docid docid = 1; docid <= 21; docid += 2) candidates.push_back({22 - docid, 0.1 * docid});
  const FeatureExtractor whole(index_of(documents), schema_of_all());
  const FeatureExtractor shards(sharded_index_of(documents, 3), schema_of_all());

  const std::vector<std::string> synonyms{"Zrun", "walking", "Zred"};
  for (const Query& query : {running_shoes(), parsed("red hat \"felt hat\""), Query(Query::MatchAll),
                             Query(Query::OP_SYNONYM, synonyms.begin(), synonyms.end())}) {
    CHECK(same_bits(whole.extract(query, candidates), shards.extract(query, candidates)));
  }
}

TEST_CASE("a query without words has features all the same", "[plugin][feature_extractor]") {
  const FeatureSchema schema = schema_of_all();
  const FeatureExtractor extractor(index_of(shop()), schema);
  const FeatureMatrix rows = extractor.extract(Query::MatchAll, kAllFour);
  REQUIRE(rows.rows() == 4);
  for (std::size_t j = 0; j < schema.features.size(); ++j) {
    const std::string& name = schema.features[j];
    CAPTURE(name);
    const bool of_query =
        name.rfind("value.", 0) != 0 && name.rfind("first_stage.", 0) != 0 && name.find(".length") == std::string::npos;
    if (!of_query) continue;
    const auto column = rows.col(static_cast<Eigen::Index>(j)).array();
    CHECK((column == 0.0F || column.isNaN()).all());
    // The document that lacks nothing; but a query without numbers has none to agree with.
    CHECK((column[0] == 0.0F || name == "title.number_match"));
  }
  CHECK(same(values_of("query.length", Query::MatchAll), {0, 0, 0, 0}));
  CHECK(same(values_of("body.length", Query::MatchAll), {std::log(15), std::log(5), std::log(9), std::log(5)}));
}

TEST_CASE("no candidates have no rows, and every column", "[plugin][feature_extractor]") {
  const FeatureSchema schema = schema_of_all();
  const FeatureMatrix rows = FeatureExtractor(index_of(shop()), schema).extract(running_shoes(), {});
  CHECK(rows.rows() == 0);
  CHECK(rows.cols() == static_cast<Eigen::Index>(schema.features.size()));
}

TEST_CASE("a document that is gone, and an index without documents, have no values", "[plugin][feature_extractor]") {
  Xapian::WritableDatabase db = index_of(shop());
  db.delete_document(2);
  const FeatureExtractor extractor(db, schema_of({"body.length", "title.length", "value.price", "title.coverage"}));
  const FeatureMatrix rows = extractor.extract(running_shoes(), {{2, 1}, {99, 1}});
  CHECK(rows.leftCols(3).array().isNaN().all());
  CHECK((rows.col(3).array() == 0.0F).all());

  const FeatureMatrix empty = FeatureExtractor(index_of({}), schema_of_all()).extract(running_shoes(), kAllFour);
  CHECK(empty.rows() == 4);
}

TEST_CASE("a schema that this build cannot extract is refused", "[plugin][feature_extractor]") {
  const Xapian::Database db = index_of(shop());
  CHECK_THROWS_AS(FeatureExtractor(db, schema_of({"title.bm26"})), FormatError);
  CHECK_THROWS_AS(FeatureExtractor(db, schema_of({"1", "2"})), FormatError);
  CHECK_THROWS_AS(FeatureExtractor(db, schema_of({"body.prefix_match"})), FormatError);
  CHECK_THROWS_AS(FeatureExtractor(db, schema_of({"value.colour"})), FormatError);
}

TEST_CASE("a prefix with nothing but stems is not lost", "[plugin][feature_extractor]") {
  Xapian::Document document;
  document.add_term("ZSshoe");  // as the strategy STEM_ALL_Z indexes
  FeatureSchema schema = schema_of({"title.coverage"});
  schema.fields = {{"title", "S", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 1.0}};
  schema.values.clear();
  CHECK(index_fit(index_of({document}), schema, {}).drifts.empty());
  const FeatureExtractor extractor(index_of({document}), schema);
  CHECK(extractor.extract(parsed("shoes", "S"), {{1, 1}})(0, 0) == 1.0F);
}

TEST_CASE("the wdfs of synonyms add up", "[plugin][feature_extractor]") {
  const std::vector<std::string> synonyms{"Zrun", "Zshoe"};
  const Query query(Query::OP_SYNONYM, synonyms.begin(), synonyms.end());
  CHECK(same(values_of("query.length", query), {1, 1, 1, 1}));
  CHECK(same(values_of("body.log_wdf", query), {std::log(4), 0, 0, std::log(2)}));
  CHECK(same(values_of("title.log_wdf", query), {std::log(3), std::log(2), 0, 0}));
  // They stand in 1 + 2 documents, as far as their numbers tell.
  CHECK(same(values_of("title.idf_sum", query), {std::log(1 + 1.5 / 3.5), std::log(1 + 1.5 / 3.5), 0, 0}));
}

TEST_CASE("the idf of many synonyms stays above zero", "[plugin][feature_extractor]") {
  const std::vector<std::string> synonyms{"shoes", "Zshoe", "shoe", "red",     "hat",
                                          "blue",  "felt",  "rack", "running", "for"};
  const Query query(Query::OP_SYNONYM, synonyms.begin(), synonyms.end());
  for (const float idf : values_of("body.idf_sum", query)) CHECK(idf > 0.0F);
}

TEST_CASE("words that are indexed unstemmed are found as they are", "[plugin][feature_extractor]") {
  // A TermGenerator stems no word that begins with a digit, so there is no Z3ds; English would stem it to "3d".
  const Xapian::Database db = index_of({document_of({{"S", "3ds games"}}), document_of({{"S", "3d films"}})});
  FeatureSchema schema = schema_of({"title.coverage"});
  const FeatureExtractor extractor(db, schema);
  const std::vector<Candidate> both{{1, 1}, {2, 1}};
  const auto coverage = [&](const std::string& words, const std::string& prefix) {
    const FeatureMatrix rows = extractor.extract(parsed(words, prefix), both);
    return std::vector<float>(rows.data(), rows.data() + 2);
  };
  CHECK(coverage("3d", "S") == std::vector<float>{0, 1});
  CHECK(coverage("3ds", "") == std::vector<float>{1, 0});
  CHECK(coverage("3d game", "S") == std::vector<float>{0.5F, 0.5F});
}

TEST_CASE("an index without stems is searched by its words", "[plugin][feature_extractor]") {
  const Xapian::Database db = index_of({document_of({{"S", "shoes"}}, "none"), document_of({{"S", "shoe"}}, "none")});
  const std::vector<Candidate> both{{1, 1}, {2, 1}};
  FeatureSchema schema = schema_of({"title.coverage"});
  const auto coverage = [&](const Query& query) {
    const FeatureMatrix rows = FeatureExtractor(db, schema).extract(query, both);
    return std::vector<float>(rows.data(), rows.data() + 2);
  };
  schema.stemmer = "none";
  CHECK(coverage(parsed("shoes", "S", QueryParser::STEM_NONE)) == std::vector<float>{1, 0});
  CHECK(coverage(parsed("shoe", "S", QueryParser::STEM_NONE)) == std::vector<float>{0, 1});
  schema.stemmer = "english";
  CHECK(coverage(parsed("shoes", "S", QueryParser::STEM_NONE)) == std::vector<float>{1, 0});
  CHECK(coverage(parsed("shoes", "S", QueryParser::STEM_SOME)) ==
        std::vector<float>{0, 1});  // the bare stem is all it has
}

TEST_CASE("every stemming strategy of the query finds an index with stems", "[plugin][feature_extractor]") {
  const auto strategy =
      GENERATE(QueryParser::STEM_NONE, QueryParser::STEM_SOME, QueryParser::STEM_ALL, QueryParser::STEM_ALL_Z);
  CHECK(same(values_of("title.coverage", running_shoes(strategy)), {1, 0.5, 0, 0}));
}

TEST_CASE("accents and n-grams of Chinese reach the index", "[plugin][feature_extractor]") {
  const Xapian::Database db =
      index_of({document_of({{"S", "École d'été"}}, "french", Xapian::TermGenerator::FLAG_CJK_NGRAM),
                document_of({{"S", "中国人"}}, "french", Xapian::TermGenerator::FLAG_CJK_NGRAM)});
  FeatureSchema schema = schema_of({"title.coverage"});
  schema.stemmer = "french";
  const FeatureExtractor extractor(db, schema);
  const std::vector<Candidate> both{{1, 1}, {2, 1}};
  const auto coverage = [&](const std::string& words) {
    const FeatureMatrix rows =
        extractor.extract(parsed(words, "S", QueryParser::STEM_SOME, "french", QueryParser::FLAG_CJK_NGRAM), both);
    return std::vector<float>(rows.data(), rows.data() + 2);
  };
  CHECK(coverage("ÉCOLES") == std::vector<float>{1, 0});
  CHECK(coverage("ecole") == std::vector<float>{0, 0});
  CHECK(coverage("中国") == std::vector<float>{0, 1});
  CHECK(coverage("中心")[1] == Approx(1.0 / 3.0));  // 中 alone of 中, 中心 and 心
}

TEST_CASE("candidates_of takes the head of a result list", "[plugin][feature_extractor]") {
  const Xapian::Database db = index_of(shop());
  Xapian::Enquire enquire(db);
  enquire.set_query(parsed("shoes hat"));
  const Xapian::MSet mset = enquire.get_mset(0, 10);
  REQUIRE(mset.size() == 3);
  const std::vector<Candidate> two = candidates_of(mset, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].docid == *mset[0]);
  CHECK(two[1].docid == *mset[1]);
  CHECK(two[0].first_stage_score == mset[0].get_weight());
  CHECK(candidates_of(mset, 100).size() == 3);
  CHECK(candidates_of(mset, 0).empty());
  CHECK(candidates_of(Xapian::MSet(), 5).empty());
}

TEST_CASE("an extractor can be moved", "[plugin][feature_extractor]") {
  FeatureExtractor first(index_of(shop()), schema_of({"query.length"}));
  const FeatureExtractor second(std::move(first));
  CHECK(second.schema().features == std::vector<std::string>{"query.length"});
  CHECK(second.extract(parsed("shoes"), {{1, 1}})(0, 0) == 1.0F);
}

TEST_CASE("what an extractor knows of words does not outlive a reopening", "[plugin][feature_extractor]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  for (const Xapian::Document& document : shop()) writer.add_document(document);
  writer.commit();
  Xapian::Database db(folder.file("db"));
  const FeatureSchema schema = schema_of({"title.fuzzy_coverage"});
  const FeatureExtractor extractor(db, schema);
  const Query query = parsed("felt shoes");
  const std::vector<Candidate> candidates{{1, 2.0}, {2, 1.0}};
  const FeatureMatrix before = extractor.extract(query, candidates);

  writer.replace_document(2, document_of_shop("Shoes", 1, "felt"));  // for "blue": all totals stay
  writer.commit();
  db.reopen();

  const FeatureMatrix after = extractor.extract(query, candidates);
  CHECK(after == FeatureExtractor(db, schema).extract(query, candidates));
  CHECK(after != before);
}

TEST_CASE("a context is one number for all candidates: 1 if the search has the value", "[plugin][feature_extractor]") {
  const FeatureExtractor extractor(index_of(shop()),
                                   schema_of({"context.device=mobile", "value.price", "context.device=tablet"}));
  const auto row = [&](const SearchContext& context, Eigen::Index i) {
    const FeatureMatrix rows = extractor.extract(running_shoes(), kAllFour, context);
    return std::pair(rows(i, 0), rows(i, 2));
  };
  for (Eigen::Index i = 0; i < 4; ++i) {
    CHECK(row({{"device", "mobile"}}, i) == std::pair(1.0F, 0.0F));
    CHECK(row({{"device", "tablet"}, {"segment", "mobile"}}, i) == std::pair(0.0F, 1.0F));
    CHECK(row({{"device", "MOBILE"}}, i) == std::pair(0.0F, 0.0F));
    CHECK(row({}, i) == std::pair(0.0F, 0.0F));
  }
}

TEST_CASE("every feature is measured under its own name, or its field's feature's", "[plugin][feature_extractor]") {
  FeatureSchema schema = schema_of_all();
  schema.features.emplace_back("generator.score");
  schema.features.emplace_back("context.device=mobile");
  schema.fields.push_back({"clicked", "XCLICKED", kTitleLength, Xapian::BAD_VALUENO, 2.0, true});
  schema.features.emplace_back("clicked.click_share");
  schema.features.emplace_back("clicked.word_share");
  const FeatureColumns columns(schema, index_of(shop()));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    const std::string& name = schema.features[i];
    const std::string kind = kFeatureKindNames[columns.kinds()[i]];
    const std::string beginning = name.substr(0, name.find('.'));
    const bool is_of_group = beginning == "value" || beginning == "context";
    const bool is_whole = beginning == "first_stage" || beginning == "generator" || beginning == "query";
    CHECK(kind == (is_of_group ? beginning : is_whole ? name : name.substr(name.find('.') + 1)));
    seen.insert(kind);
  }
  CHECK(seen.size() == kNumFeatureKinds);
}

}  // namespace irgan::feature_extractor_test
