#include "plugin/src/features/postings.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/plugin/small_index.h"

namespace irgan::postings_test {

using Eigen::VectorXd;

namespace {

Xapian::Document document_with(const std::string& words, const std::string& slot_one = "") {
  Xapian::Document document = document_of({{"", words}}, "none");
  document.add_value(1, slot_one);
  return document;
}

// Five documents; the third is deleted.
std::vector<Xapian::Document> documents() {
  return {document_with("a a b", Xapian::sortable_serialise(2.5)),
          document_with("b b b", Xapian::sortable_serialise(-7)), document_with("a gone"),
          document_with("c", Xapian::sortable_serialise(0)), document_with("a b c c")};
}

Xapian::WritableDatabase index() {
  Xapian::WritableDatabase db = index_of(documents());
  db.delete_document(3);
  return db;
}

VectorXd wdfs(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids) {
  VectorXd result = VectorXd::Zero(static_cast<Eigen::Index>(docids.size()));
  add_wdfs(db, term, docids, result);
  return result;
}

VectorXd numbers(std::initializer_list<double> list) {
  return Eigen::Map<const VectorXd>(list.begin(), static_cast<Eigen::Index>(list.size()));
}

// Equal, where NaN is equal to NaN.
bool same(const VectorXd& a, const VectorXd& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return x == y || (std::isnan(x) && std::isnan(y));
         });
}

}  // namespace

TEST_CASE("add_wdfs adds to what is there", "[plugin][postings]") {
  VectorXd sums = numbers({10, 20, 30});
  add_wdfs(index(), "a", {1, 2, 5}, sums);
  CHECK(same(sums, numbers({12, 20, 31})));
  add_wdfs(index(), "b", {1, 2, 5}, sums);
  CHECK(same(sums, numbers({13, 23, 32})));
}

TEST_CASE("add_wdfs passes over documents and terms that the index has not", "[plugin][postings]") {
  CHECK(same(wdfs(index(), "a", {1, 3, 4, 5, 99}), numbers({2, 0, 0, 1, 0})));
  CHECK(same(wdfs(index(), "nowhere", {1, 2}), numbers({0, 0})));
  CHECK(same(wdfs(index(), "c", {5}), numbers({2})));
  CHECK(wdfs(index(), "a", {}).size() == 0);
  CHECK(same(wdfs(Xapian::Database(), "a", {1}), numbers({0})));
}

TEST_CASE("a posting list in memory adds what the index's own adds", "[plugin][postings]") {
  Xapian::WritableDatabase db(std::string(), Xapian::DB_BACKEND_INMEMORY);
  for (Xapian::docid docid = 1; docid <= 2000; ++docid) {
    Xapian::Document document;
    document.add_term("all", docid % 7 + 1);
    if (docid % 50 == 3) document.add_term("some", docid);
    if (docid > 1900) document.add_term("late", 2);  // far from evenly spread
    if (docid == 1234) document.add_term("one");
    db.add_document(document);
  }
  db.delete_document(1950);
  std::vector<Xapian::docid> docids;
  for (Xapian::docid docid = 1; docid < 2100; docid += docid % 5 + 1) docids.push_back(docid);
  for (const std::string term : {"all", "some", "late", "one", "none"}) {
    CAPTURE(term);
    const PostingList list(db, term);
    CHECK(list.frequency() == db.get_termfreq(term));
    REQUIRE(list.is_held());
    VectorXd sums = VectorXd::Ones(static_cast<Eigen::Index>(docids.size()));
    list.add_wdfs(docids, sums);
    CHECK(same(sums, VectorXd::Ones(sums.size()) + wdfs(db, term, docids)));
    list.add_wdfs({}, sums);
  }
}

TEST_CASE("a posting list that is too long for memory says how long it is", "[plugin][postings]") {
  Xapian::WritableDatabase db(std::string(), Xapian::DB_BACKEND_INMEMORY);
  Xapian::Document document;
  document.add_term("a");
  for (int i = 0; i < 70'000; ++i) db.add_document(document);
  const PostingList list(db, "a");
  CHECK(list.frequency() == 70'000);
  CHECK_FALSE(list.is_held());
}

TEST_CASE("document_lengths counts terms, and knows none for a document that is gone", "[plugin][postings]") {
  CHECK(same(document_lengths(index(), {1, 2, 3, 4, 5, 6}), numbers({3, 3, NAN, 1, 4, NAN})));
  CHECK(document_lengths(index(), {}).size() == 0);
}

TEST_CASE("slot_numbers tells zero from missing", "[plugin][postings]") {
  CHECK(same(slot_numbers(index(), 1, {1, 2, 3, 4, 5, 6}), numbers({2.5, -7, NAN, 0, NAN, NAN})));
  CHECK(same(slot_numbers(index(), 2, {1, 2}), numbers({NAN, NAN})));
}

TEST_CASE("slot_texts returns bytes as they are", "[plugin][postings]") {
  const Xapian::Database db =
      index_of({document_with("a", "Žluťoučký kůň"), document_with("b"), document_with("c", std::string("\0\xFF", 2))});
  CHECK(slot_texts(db, 1, {1, 2, 3, 4}) == std::vector<std::string>{"Žluťoučký kůň", "", std::string("\0\xFF", 2), ""});
}

TEST_CASE("three shards read as one index", "[plugin][postings]") {
  const Xapian::Database shards = sharded_index_of(documents(), 3);
  const Xapian::Database whole = index_of(documents());
  const std::vector<Xapian::docid> docids{1, 2, 4, 5};
  CHECK(same(wdfs(shards, "a", docids), wdfs(whole, "a", docids)));
  VectorXd held = VectorXd::Zero(4);
  PostingList(shards, "a").add_wdfs(docids, held);
  CHECK(same(held, wdfs(whole, "a", docids)));
  CHECK(same(document_lengths(shards, docids), document_lengths(whole, docids)));
  CHECK(same(slot_numbers(shards, 1, docids), slot_numbers(whole, 1, docids)));
  CHECK(slot_texts(shards, 1, docids) == slot_texts(whole, 1, docids));
}

}  // namespace irgan::postings_test
