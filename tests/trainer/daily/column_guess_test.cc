#include "trainer/daily/column_guess.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::column_guess_test {

using Catch::Matchers::Contains;

namespace {

bool is_sku(const std::string& id) { return id.compare(0, 3, "SKU") == 0; }

std::string theirs(const ColumnGuesses& guesses, ClickColumn column) {
  const ColumnGuess* guess = guesses.find(column);
  return guess == nullptr ? "" : guess->theirs;
}

ColumnGuesses guessed(const std::string& text) {
  const ScratchFolder folder;
  folder.write("log", text);
  return guess_columns(read_log_sample(folder.file("log")), is_sku);
}

std::string shop_rows(const char* separator, int first_rank) {
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    for (const std::string& cell :
         {"2026-10-05T00:00:" + std::to_string(10 + i) + "+02:00", "v" + std::to_string(i / 5),
          std::string("red shoes"), std::to_string(i % 5 + first_rank), "SKU" + std::to_string(i % 7),
          std::string(i % 9 == 0 ? "true" : "false")})
      rows += cell + separator;
    rows.back() = '\n';
  }
  return rows;
}

}  // namespace

TEST_CASE("guess_columns: a shop's names", "[trainer][column_guess]") {
  const ColumnGuesses guesses = guessed("timestamp,visitor,search_term,position,sku,was_clicked\n" + shop_rows(",", 1));
  CHECK(theirs(guesses, ClickColumn::time) == "timestamp");
  CHECK(theirs(guesses, ClickColumn::session) == "visitor");
  CHECK(theirs(guesses, ClickColumn::query) == "search_term");
  CHECK(theirs(guesses, ClickColumn::rank) == "position");
  CHECK(theirs(guesses, ClickColumn::doc_id) == "sku");
  CHECK(theirs(guesses, ClickColumn::clicked) == "was_clicked");
  CHECK_FALSE(guesses.rank_base.has_value());
  CHECK(guesses.unused.empty());
  CHECK(guesses.doubts.empty());
  CHECK_THAT(guesses.find(ClickColumn::doc_id)->evidence, Contains("100 % of 7 values are ids in the index"));
}

TEST_CASE("guess_columns: values tell where names do not", "[trainer][column_guess]") {
  const ColumnGuesses guesses = guessed("wann;wer;was;wo;artikel;geklickt\n" + shop_rows(";", 0));
  CHECK(theirs(guesses, ClickColumn::time) == "wann");
  CHECK(theirs(guesses, ClickColumn::query) == "was");
  CHECK(theirs(guesses, ClickColumn::rank) == "wo");
  CHECK(theirs(guesses, ClickColumn::doc_id) == "artikel");
  CHECK(theirs(guesses, ClickColumn::clicked) == "geklickt");
  CHECK(guesses.rank_base == 0);
  CHECK(guesses.unused == std::vector<std::string>{"wer"});
  REQUIRE(guesses.doubts.size() == 1);
  CHECK_THAT(guesses.doubts[0], Contains("whose search it was"));
}

TEST_CASE("guess_columns: JSON Lines, and ids that the index does not have", "[trainer][column_guess]") {
  const ColumnGuesses guesses = guessed("{\"q\": \"red\", \"item\": \"x1\"}\n{\"q\": \"blue\", \"item\": \"x2\"}\n");
  CHECK(theirs(guesses, ClickColumn::query) == "q");
  CHECK(theirs(guesses, ClickColumn::doc_id) == "item");
  CHECK_THAT(guesses.doubts.back(), Contains("only 0 % are ids in the index"));
}

TEST_CASE("guess_columns: what a search is beside its words, where a few values are seen often",
          "[trainer][column_guess][context]") {
  std::string log = "query,doc_id,rank,clicked,Device,customer type,country,status\n";
  for (int i = 0; i < 200; ++i) {
    log += "red shoes,SKU" + std::to_string(i % 7) + ',' + std::to_string(i % 5 + 1) + ',' + (i % 9 == 0 ? "1" : "0") +
           ',' + (i % 4 == 0 ? "mobile" : "desktop") + ',' + (i % 2 == 0 ? "trade" : "private") +
           (i == 0 ? ",de," : ",at,") + (i % 2 == 0 ? "a" : "b") + '\n';
  }
  const ColumnGuesses guesses = guessed(log);
  REQUIRE(guesses.contexts.size() == 2);
  CHECK(guesses.contexts[0].name == "Device");
  CHECK(guesses.contexts[0].evidence == "'desktop' in 75 %, 'mobile' in 25 % of the rows");
  CHECK(guesses.contexts[1].name == "customertype");
  CHECK(guesses.contexts[1].theirs == "customer type");
  CHECK(guesses.unused == std::vector<std::string>{"country", "status"});  // one value in 199 of 200 rows; another name
}

TEST_CASE("guess_columns: a first line of values is no header", "[trainer][column_guess]") {
  CHECK_THROWS_WITH(guessed(shop_rows(",", 1)), Contains("looks like a value: put a line with the columns' names"));
  CHECK_THROWS_WITH(guessed("red,SKU1,x\nred,SKU2,y\n"), Contains("'SKU1' looks like a value"));
}

}  // namespace irgan::column_guess_test
