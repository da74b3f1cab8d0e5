#include "irgan/query_concepts.h"

#include <catch2/catch.hpp>

#include "tests/plugin/small_index.h"

namespace irgan::query_concepts_test {

using Xapian::Query;
using Xapian::QueryParser;

namespace {

// Writes concepts as "word/stem", synonyms joined by "=", concepts by a space.
std::string text_of(const std::vector<QueryConcept>& concepts) {
  std::string text;
  for (const QueryConcept& concept_ : concepts) {
    if (!text.empty()) text += ' ';
    for (std::size_t i = 0; i < concept_.words.size(); ++i) {
      text += (i > 0 ? "=" : "") + concept_.words[i].word + "/" + concept_.words[i].stem;
    }
  }
  return text;
}

std::string found(const Query& query, const std::vector<std::string>& prefixes = {"", "S"},
                  const std::string& stemmer = "english") {
  return text_of(QueryConceptFinder(prefixes, stemmer).find(query));
}

Query all_of(const std::vector<std::string>& terms, Query::op op) { return Query(op, terms.begin(), terms.end()); }

}  // namespace

TEST_CASE("a term's prefix is stripped, the longest that fits first", "[plugin][query_concepts]") {
  const std::vector<std::string> prefixes{"S", "XT", "", "XTIT", "XTI"};
  CHECK(found(Query("Sshoes"), prefixes) == "shoes/shoe");
  CHECK(found(Query("XTshoes"), prefixes) == "shoes/shoe");
  CHECK(found(Query("XTITshoes"), prefixes) == "shoes/shoe");
  CHECK(found(Query("XTIshoes"), prefixes) == "shoes/shoe");
  CHECK(found(Query("shoes"), prefixes) == "shoes/shoe");
}

TEST_CASE("a Z term is a stem whose word is unknown", "[plugin][query_concepts]") {
  CHECK(found(Query("Zinvad")) == "/invad");
  CHECK(found(Query("ZSinvad")) == "/invad");
  CHECK(found(Query("ZXTITinvad"), {"XTIT"}) == "/invad");
}

TEST_CASE("a colon behind a prefix of several letters belongs to neither prefix nor word", "[plugin][query_concepts]") {
  // Xapian sets it where the word begins with a capital or a colon.
  CHECK(found(Query("XT:Foo"), {"XT"}, "none") == "Foo/Foo");
  CHECK(found(Query("XT::-)"), {"XT"}, "none") == ":-)/:-)");
  CHECK(found(Query("XT:shoes"), {"XT"}) == "shoes/shoe");
  CHECK(found(Query("ZXT:shoe"), {"XT"}) == "/shoe");
  CHECK(found(Query("XT:Foo"), {"X"}, "none").empty());  // X is not the prefix of this term
}

TEST_CASE("terms under a prefix that is no text field's are passed over", "[plugin][query_concepts]") {
  const std::vector<std::string> terms{"Q17", "Ksports", "XCATsports", "Hexample.org", "SHARDa", "ZXauthorfoo", "Zfoo"};
  CHECK(found(all_of(terms, Query::OP_OR), {"S", "XC", "XA"}) == "/foo");
}

TEST_CASE("a prefix or a Z without a word is nothing", "[plugin][query_concepts]") {
  CHECK(found(Query("Z")).empty());
  CHECK(found(Query("S")).empty());
  CHECK(found(Query("ZS")).empty());
  CHECK(found(Query("XT:"), {"XT"}).empty());
}

TEST_CASE("what a query excludes or filters by is left out", "[plugin][query_concepts]") {
  const Query shoes("shoes");
  const Query hat("hat");
  CHECK(found(Query(Query::OP_AND_NOT, shoes, hat)) == "shoes/shoe");
  CHECK(found(Query(Query::OP_FILTER, shoes, hat)) == "shoes/shoe");
  CHECK(found(Query(Query::OP_AND_NOT, Query::MatchAll, hat)).empty());
  CHECK(found(Query(Query::OP_OR, Query(Query::OP_AND_NOT, shoes, hat), hat)) == "shoes/shoe hat/hat");
  CHECK(found(parsed("shoes -hat")) == "/shoe");
  const std::vector<std::string> one_and_two_filters{"shoes", "hat", "cap"};
  CHECK(found(all_of(one_and_two_filters, Query::OP_FILTER)) == "shoes/shoe");
}

TEST_CASE("scale weights are entered, whatever the factor", "[plugin][query_concepts]") {
  CHECK(found(Query(Query::OP_SCALE_WEIGHT, Query("shoes"), 2.5)) == "shoes/shoe");
  CHECK(found(Query(Query::OP_OR, Query(Query::OP_SCALE_WEIGHT, parsed("red shoes", "S"), 2.0), Query("hat"))) ==
        "/red /shoe hat/hat");
}

TEST_CASE("operators say nothing about words", "[plugin][query_concepts]") {
  const Query::op op = GENERATE(Query::OP_AND, Query::OP_OR, Query::OP_XOR, Query::OP_AND_MAYBE, Query::OP_NEAR,
                                Query::OP_PHRASE, Query::OP_ELITE_SET, Query::OP_MAX);
  CAPTURE(static_cast<int>(op));
  CHECK(found(all_of({"red", "shoes", "hat"}, op)) == "red/red shoes/shoe hat/hat");
}

TEST_CASE("phrases and NEAR from a parser give their words", "[plugin][query_concepts]") {
  CHECK(found(parsed("\"running shoes\" hat")) == "running/run shoes/shoe /hat");
  CHECK(found(parsed("running NEAR shoes")) == "running/run shoes/shoe");
}

TEST_CASE("what holds no words is passed over", "[plugin][query_concepts]") {
  CHECK(found(Query()).empty());
  CHECK(found(Query::MatchAll).empty());
  CHECK(found(Query::MatchNothing).empty());
  CHECK(found(Query(Query::OP_WILDCARD, "sho")).empty());
  CHECK(found(Query(Query::OP_VALUE_RANGE, 1, "a", "b")).empty());
  CHECK(found(Query(Query::OP_VALUE_GE, 1, "a")).empty());
  CHECK(found(Query(Query::OP_VALUE_LE, 1, "a")).empty());
  Xapian::ValueWeightPostingSource source(1);
  CHECK(found(Query(&source)).empty());

  Query mixed(Query::OP_OR, Query(Query::OP_WILDCARD, "sho"), Query("hat"));
  mixed = Query(Query::OP_AND_MAYBE, Query(Query::OP_AND, mixed, Query(Query::OP_VALUE_GE, 1, "a")), Query(&source));
  CHECK(found(mixed) == "hat/hat");
}

TEST_CASE("synonyms are one concept", "[plugin][query_concepts]") {
  CHECK(found(Query(Query::OP_OR, all_of({"car", "autos", "Svehicle"}, Query::OP_SYNONYM), Query("red"))) ==
        "car/car=autos/auto=vehicle/vehicl red/red");
  CHECK(found(all_of({"car", "cars", "Zcar", "Scar"}, Query::OP_SYNONYM)) == "car/car");  // one word, four ways
  CHECK(found(all_of({"Kcars", "Q1"}, Query::OP_SYNONYM)).empty());
  const Query phrase = all_of({"motor", "car"}, Query::OP_PHRASE);
  CHECK(found(Query(Query::OP_SYNONYM, Query("auto"), phrase)) == "auto/auto=motor/motor=car/car");
}

TEST_CASE("synonyms under two prefixes are one concept, and another than one of their words",
          "[plugin][query_concepts]") {
  const Query both(Query::OP_OR, all_of({"Scar", "Sauto"}, Query::OP_SYNONYM),
                   all_of({"Zcar", "Zauto"}, Query::OP_SYNONYM));
  CHECK(found(both) == "car/car=auto/auto");
  CHECK(found(Query(Query::OP_OR, both, Query("car"))) == "car/car=auto/auto car/car");
}

TEST_CASE("the same word under two prefixes is one concept, and its order is the tree's", "[plugin][query_concepts]") {
  const Query query(Query::OP_OR, parsed("zebra apple mango", "S"), parsed("zebra apple mango"));
  CHECK(found(query) == "/zebra /appl /mango");
  CHECK(found(parsed("shoes shoes")) == "/shoe");
}

TEST_CASE("a word as it was typed is kept, wherever in the tree it stands", "[plugin][query_concepts]") {
  CHECK(found(Query(Query::OP_OR, Query("ZSinvad"), Query("invading"))) == "invading/invad");
  CHECK(found(Query(Query::OP_OR, Query("invading"), Query("ZSinvad"))) == "invading/invad");
  CHECK(found(Query(Query::OP_OR, Query("invading"), Query("invaded"))) == "invading/invad");
}

TEST_CASE("every stemming strategy of a parser leads to the same stems", "[plugin][query_concepts]") {
  CHECK(found(parsed("invading shoes", "S", QueryParser::STEM_NONE)) == "invading/invad shoes/shoe");
  CHECK(found(parsed("invading shoes", "S", QueryParser::STEM_SOME)) == "/invad /shoe");
  CHECK(found(parsed("invading shoes", "S", QueryParser::STEM_ALL)) == "invad/invad shoe/shoe");
  CHECK(found(parsed("invading shoes", "S", QueryParser::STEM_ALL_Z)) == "/invad /shoe");
}

TEST_CASE("without a stemmer a word is its own stem", "[plugin][query_concepts]") {
  CHECK(found(parsed("shoes shoe 3d", "", QueryParser::STEM_SOME, "none"), {"S"}, "none") ==
        "shoes/shoes shoe/shoe 3d/3d");
}

TEST_CASE("a parser's n-grams of Chinese are concepts", "[plugin][query_concepts]") {
  // 中, 国, 人: each character, and each two that stand side by side.
  const Query query = parsed("中国人", "S", QueryParser::STEM_SOME, "english", QueryParser::FLAG_CJK_NGRAM);
  CHECK(found(query) == "中/中 中国/中国 国/国 国人/国人 人/人");
}

TEST_CASE("accents are letters", "[plugin][query_concepts]") {
  const Xapian::Stem french("french");
  // A capital with an accent is no ASCII capital, and a parser lower-cases it.
  CHECK(found(parsed("Écoles café", "S", QueryParser::STEM_NONE), {"S"}, "french") ==
        "écoles/" + french("écoles") + " café/" + french("café"));
  CHECK(found(parsed("écoles", "S", QueryParser::STEM_SOME, "french"), {"S"}, "french") == "/" + french("écoles"));
  CHECK(found(Query("SÉcole"), {"S"}, "none") == "École/École");
}

TEST_CASE("an unknown stemmer is Xapian's error", "[plugin][query_concepts]") {
  CHECK_THROWS_AS(QueryConceptFinder({"S"}, "klingon"), Xapian::InvalidArgumentError);
}

}  // namespace irgan::query_concepts_test
