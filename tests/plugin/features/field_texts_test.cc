#include "plugin/src/features/field_texts.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plugin/src/features/field_features.h"
#include "plugin/src/features/local_index.h"

namespace irgan::field_texts_test {

using Catch::Matchers::WithinRel;
using Eigen::VectorXd;

namespace {

ComparableTexts texts_of(const std::vector<const char*>& all) {
  ComparableTexts texts;
  for (const char* text : all) texts.own.push_back(comparable_text(text));
  for (const ComparableText& text : texts.own) texts.all.push_back(&text);
  return texts;
}

Xapian::WritableDatabase database_of(const std::vector<std::string>& words) {
  Xapian::WritableDatabase db(std::string(), Xapian::DB_BACKEND_INMEMORY);
  for (const std::string& word : words) {
    Xapian::Document document;
    document.add_term(word);
    db.add_document(document);
  }
  return db;
}

constexpr double kRounding = 1e-15;

}  // namespace

TEST_CASE("text features compare characters", "[plugin][field_texts]") {
  const ComparableText query = comparable_text("cat");
  FieldTexts texts(query, texts_of({"cart", "con cat", "category"}), nullptr);
  CHECK_THAT(texts.column(FieldFeature::trigram_jaccard)[0], WithinRel(2.0 / 7.0, kRounding));
  CHECK_THAT(texts.column(FieldFeature::trigram_coverage)[0], WithinRel(0.5, kRounding));
  CHECK(texts.column(FieldFeature::joined_match) == Eigen::Vector3d(0.0, 1.0, 1.0));
  CHECK(texts.column(FieldFeature::prefix_match) == Eigen::Vector3d(0.0, 0.0, 1.0));
}

TEST_CASE("a text that has no characters has no text features", "[plugin][field_texts]") {
  const ComparableText query = comparable_text("cat 2");
  FieldTexts texts(query, texts_of({"", "cat 2"}), nullptr);
  for (const FieldFeature feature :
       {FieldFeature::trigram_jaccard, FieldFeature::trigram_coverage, FieldFeature::joined_match,
        FieldFeature::prefix_match, FieldFeature::number_match, FieldFeature::number_surplus}) {
    const VectorXd values = texts.column(feature);
    CHECK(std::isnan(values[0]));
    CHECK_FALSE(std::isnan(values[1]));
  }
}

TEST_CASE("words weigh what the index says of them, numbered or not", "[plugin][field_texts]") {
  Xapian::WritableDatabase db = database_of({"cat", "cat", "cat", "dog"});
  KnownWords words("none", "");
  LocalIndex index(db);
  words.begin(index);
  const double cat = inverse_document_frequency(4, 3);
  const double dog = inverse_document_frequency(4, 1);
  const ComparableText query = comparable_text("cat");
  ComparableTexts both = texts_of({"cat dog"});
  const bool numbered = GENERATE(false, true);
  if (numbered) {
    both.own[0].words[0].number = 2;
    both.own[0].words[1].number = 1;
  }
  FieldTexts texts(query, std::move(both), &words);
  CHECK(texts.column(FieldFeature::fuzzy_coverage)[0] == 1.0);
  CHECK_THAT(texts.column(FieldFeature::fuzzy_share)[0], WithinRel(cat / (cat + dog), kRounding));
  CHECK_THAT(texts.column(FieldFeature::part_share)[0], WithinRel(cat / (cat + dog), kRounding));

  db.add_document(Xapian::Document());
  words.begin(index);
  CHECK(words.facts_of(query.words[0]).idf == inverse_document_frequency(5, 3));
}

}  // namespace irgan::field_texts_test
