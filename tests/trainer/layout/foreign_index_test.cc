#include <xapian.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/trainer/scratch_folder.h"
#include "trainer/layout/id_check.h"
#include "trainer/layout/number_slots.h"
#include "trainer/layout/term_survey.h"
#include "trainer/site/json_document.h"

namespace irgan::foreign_index_test {

namespace {

Xapian::WritableDatabase in_memory() { return Xapian::WritableDatabase("", Xapian::DB_BACKEND_INMEMORY); }

}  // namespace

TEST_CASE("what sortable_serialise wrote may be a number, and what others wrote is none", "[trainer][number_slots]") {
  for (const double number :
       {0.0, 1.0, -1.0, 9.99, -1439.6, 20240501.0, 1.7e9, 1e-6, 1e15, -1e15, 1.7e18, 1e39, 1e300, -1e300})
    CHECK(may_be_number(Xapian::sortable_serialise(number)));
  for (const char* text : {"20240501", "12,50 EUR", "true", "Apple", "25", "caf\xC3\xA9"})
    CHECK_FALSE(may_be_number(text));
  CHECK_FALSE(may_be_number(std::string("\x65\x53\xf1\x00", 4)));  // seconds since 1970, highest byte first
}

TEST_CASE("a slot of huge numbers is one of numbers, other programs' bytes are none", "[trainer][number_slots]") {
  Xapian::WritableDatabase db = in_memory();
  std::mt19937_64 random(1);
  for (int i = 0; i < 100; ++i) {
    Xapian::Document document;
    document.add_value(0, Xapian::sortable_serialise(1.7e18 + 1e15 * i));  // nanoseconds since 1970
    document.add_value(1, Xapian::sortable_serialise(i % 2 == 0 ? 1e308 : -1e308));
    std::string bytes(8, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    document.add_value(2, bytes);
    document.add_value(3, i % 2 == 0 ? "\xD0\xBC\xD0\xBE\xD1\x80" : "\xD0\xBC\xD0\xB8\xD1\x80");  // Russian words
    db.add_document(document);
  }
  CHECK(objection_to_numbers(db, 0).empty());
  CHECK(objection_to_numbers(db, 1).empty());
  CHECK(objection_to_numbers(db, 2).find("document 1 has '") == 0);
  CHECK(objection_to_numbers(db, 3).find("document 1 has '") == 0);
}

TEST_CASE("texts in a slot are recognised even where each could be a number", "[trainer][number_slots]") {
  Xapian::WritableDatabase texts = in_memory();
  Xapian::WritableDatabase numbers = in_memory();
  Xapian::WritableDatabase mixed = in_memory();
  for (int i = 0; i < 40; ++i) {
    Xapian::Document document;
    document.add_value(0, i % 2 == 0 ? "9" : "100");  // -384 and -1439.625 to sortable_unserialise
    texts.add_document(document);
    document.add_value(0, Xapian::sortable_serialise(i % 2 == 0 ? -384.0 : 7.0));
    numbers.add_document(document);
    document.add_value(0, i % 5 == 0 ? "n/a" : Xapian::sortable_serialise(i));
    mixed.add_document(document);
  }
  CHECK(objection_to_numbers(texts, 0) == "document 1 has '9'");
  CHECK(objection_to_numbers(numbers, 0).empty());
  CHECK(objection_to_numbers(mixed, 0) == "document 1 has 'n/a'");
  CHECK(objection_to_numbers(mixed, 1).empty());
}

TEST_CASE("an id is one a document, and one document an id", "[trainer][id_check]") {
  Xapian::WritableDatabase db = in_memory();
  for (int i = 0; i < 10; ++i) {
    Xapian::Document document;
    document.add_boolean_term("Q" + std::to_string(i));
    document.add_boolean_term("U" + std::to_string(i) + "a");
    document.add_boolean_term("U" + std::to_string(i) + "b");
    if (i < 9) document.add_boolean_term("XSKU" + std::to_string(i / 2));
    db.add_document(document);
  }
  CHECK(check_ids(db, "Q").are_ids());
  CHECK(documents_without(db, check_ids(db, "Q")) == 0);
  CHECK_FALSE(check_ids(db, "U").are_ids());
  CHECK(check_ids(db, "U").objection() == "10 of 10 documents have several");
  CHECK_FALSE(check_ids(db, "XSKU").are_ids());
  CHECK(check_ids(db, "XSKU").objection() == "term 'XSKU0' stands in 2 documents");
  CHECK_FALSE(check_ids(db, "P").are_ids());
}

TEST_CASE("terms that look like ids are told, with their prefix where it is clear where that ends",
          "[trainer][id_check]") {
  for (const bool is_clear : {true, false}) {
    Xapian::WritableDatabase db = in_memory();
    for (int i = 0; i < 200; ++i) {
      Xapian::Document document;
      document.add_boolean_term((is_clear ? "P" : "XSKUP") + std::to_string(1000 + i));
      document.add_boolean_term("XCOLOUR" + std::to_string(i % 3));
      db.add_document(document);
    }
    const LikeIds found = prefix_like_ids(db);
    CHECK(found.prefix == (is_clear ? "P" : ""));
    CHECK(found.term.find(is_clear ? "P1" : "XSKUP1") == 0);
  }
}

TEST_CASE("a page whose URL omindex had to cut has its whole URL for an id", "[trainer][index_layout]") {
  Xapian::WritableDatabase db = in_memory();
  const std::string url = "/docs/" + std::string(300, 'x');
  Xapian::Document document;
  document.add_boolean_term(hashed_if_long("U" + url));
  document.set_data("sample=a url=no\nurl=" + url + "\ncaption=deep");
  db.add_document(document);
  document.set_data("caption=deep\n");
  document.remove_term(hashed_if_long("U" + url));
  document.add_boolean_term(hashed_if_long("U" + url + "y"));
  db.add_document(document);
  const DocumentIds ids(db, "U");
  CHECK(ids.id_of(1) == url);
  CHECK(ids.docid_of(url) == 1);
  CHECK(ids.docid_of(ids.id_of(2)) == 2);  // cut, with the hash
}

TEST_CASE("halves of characters become U+FFFD, and whole ones stay", "[trainer][json_document]") {
  const std::string fffd = "\xEF\xBF\xBD";
  CHECK(with_whole_characters(R"("\ud83d")") == '"' + fffd + '"');
  CHECK(with_whole_characters(R"("\uDE00 \ud83d\ud83d\ude00")") == '"' + fffd + ' ' + fffd + R"(\ud83d\ude00")");
  for (const char* whole : {R"("\ud83d\ude00")", R"("\\ud83d")", R"("\u00e4 \n")", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""})
    CHECK(with_whole_characters(whole) == whole);
  CHECK(with_whole_characters("\"caf\xc3\"") == "\"caf" + fffd + '"');
  CHECK(with_whole_characters("\"\xed\xa0\xbd\"") == '"' + fffd + fffd + fffd + '"');
  CHECK(with_whole_characters("\"\\u12").size() == 5);
  CHECK(with_whole_characters("\\").size() == 1);
}

TEST_CASE("n-grams of Chinese are recognised, and its words are not taken for them", "[trainer][term_survey]") {
  const auto survey_of = [](bool ngrams) {
    Xapian::WritableDatabase db = in_memory();
    for (const char* text : {"本文介绍如何用牛顿迭代法计算一个数的平方根", "以及误差的估计方法和收敛速度正弦余弦",
                             "正切函数的数值表以及计算公式东京天气预报"}) {
      Xapian::TermGenerator generator;
      if (ngrams) generator.set_flags(Xapian::TermGenerator::FLAG_CJK_NGRAM);
      Xapian::Document document;
      generator.set_document(document);
      generator.index_text(text);
      db.add_document(document);
    }
    return TermSurvey(db).has_ngrams();
  };
  CHECK(survey_of(true));
  CHECK_FALSE(survey_of(false));
}

}  // namespace irgan::foreign_index_test
