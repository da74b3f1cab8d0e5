#include "trainer/site/behaviour_index.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/trainer/click_rows.h"
#include "tests/trainer/small_index.h"

namespace irgan::behaviour_index_test {

namespace {

constexpr Xapian::valueno kNumWordsSlot = 1002, kClicksSlot = 1003;

IndexLayout layout_with_clicks() {
  IndexLayout layout = small_layout();
  layout.fields.push_back({kClickedField, kClickedPrefix, kNumWordsSlot, Xapian::BAD_VALUENO, 0.0, true});
  layout.values.push_back({kClicksValue, kClicksSlot, true});
  layout.behaviour = BehaviourOptions{0.0, 1};
  return layout;
}

std::string all_of(const Xapian::Document& document) {
  std::string all;
  for (auto term = document.termlist_begin(); term != document.termlist_end(); ++term)
    all += *term + ' ' + std::to_string(term.get_wdf()) + '\n';
  for (auto value = document.values_begin(); value != document.values_end(); ++value)
    all += std::to_string(value.get_valueno()) + *value + '\n';
  return all;
}

const SmallIndex& site() {
  static const SmallIndex made({{"a", "red hats", "", 1.0}, {"b", "red shoes", "", 2.0}, {"c", "hats", "", 3.0}});
  return made;
}

double number_in(const Xapian::Database& db, Xapian::docid docid, Xapian::valueno slot) {
  return Xapian::sortable_unserialise(db.get_document(docid).get_value(slot));
}

}  // namespace

TEST_CASE("what is written into a document is removed without a trace", "[trainer][behaviour_index]") {
  Xapian::Document document = site().open().get_document(1);
  document.add_boolean_term("XCLICK");  // not ours, nor is what follows
  document.add_boolean_term("XCLICKEE");
  const std::string before = all_of(document);
  const IndexLayout layout = layout_with_clicks();
  remove_behaviour(document, layout);
  CHECK(all_of(document) == before);
  write_behaviour(document, {1.5, {"hat", "red"}, {"XCLICKEDhat", "XCLICKEDred", "XCLICKEDQ01"}}, layout);
  CHECK(document.termlist_count() > 3);
  CHECK(Xapian::sortable_unserialise(document.get_value(kNumWordsSlot)) == 2.0);
  CHECK(Xapian::sortable_unserialise(document.get_value(kClicksSlot)) == 1.5);
  remove_behaviour(document, layout);
  CHECK(all_of(document) == before);
}

TEST_CASE("stems of a query come from the query file by its id, else from the words of the row",
          "[trainer][behaviour_index]") {
  const std::vector<QueryRow> queries{{"q1", "red hats", "", ""}};
  QueryStemFinder finder(site().open(), layout_with_clicks(), Xapian::Query::OP_OR, queries);
  ClickRow row = click("a");
  CHECK(finder.stems_of(row, "q1") == std::vector<std::string>{"hat", "red"});
  CHECK(finder.stems_of(row, "q2").empty());
  row.query = "Hats, RED";
  CHECK(finder.stems_of(row, "q2") == std::vector<std::string>{"hat", "red"});
}

TEST_CASE("each part has an index of what it sees, under the site's docids, and nothing is left of them",
          "[trainer][behaviour_index]") {
  ClickHistory history([](const ClickRow&, const std::string&) { return std::vector<std::string>{"hat"}; });
  history.add(at(1, click("a")), "hat");
  history.add(at(2, click("c")), "hat");
  history.add(at(2, click("gone")), "hat");
  history.add(at(3, click("b")), "hat");
  const ClickParts parts = history.parts(HeldOut::later, 2);
  {
    const PartIndexes indexes(site().open(), layout_with_clicks(), history, parts, 0.0);
    CHECK(indexes.size() == 2);
    CHECK(indexes.open(0).get_doccount() == 0);
    const Xapian::Database later = indexes.open(1);
    REQUIRE(later.get_doccount() == 1);
    CHECK(number_in(later, 1, kClicksSlot) == std::log1p(1.0));
    CHECK(later.get_termfreq("XCLICKEDhat") == 1);
    CHECK(later.get_doclength(1) == 0);
  }
  {
    const PartIndexes all_hidden(site().open(), layout_with_clicks(), history, parts, 1.0);
    CHECK(all_hidden.open(1).get_doccount() == 0);
  }
}

TEST_CASE("the indexes of parts are nobody else's to read, and removed at the end", "[trainer][behaviour_index]") {
  const ScratchFolder folder;
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TMPDIR", folder.path().c_str(), 1);
  ClickHistory history([](const ClickRow&, const std::string&) { return std::vector<std::string>{"hat"}; });
  history.add(at(1, click("a")), "hat");
  history.add(at(2, click("c")), "hat");
  {
    const PartIndexes indexes(site().open(), layout_with_clicks(), history, history.parts(HeldOut::later, 2), 0.0);
    const auto made = std::filesystem::directory_iterator(folder.path());
    struct stat facts {};
    REQUIRE(::stat(made->path().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0700);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  if (before != nullptr) {
    ::setenv("TMPDIR", kept.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

}  // namespace irgan::behaviour_index_test
