#include "plugin/src/features/unique_ids.h"

#include <catch2/catch.hpp>
#include <string>

namespace irgan::unique_ids_test {

namespace {

Xapian::WritableDatabase index_with(const std::vector<std::string>& terms) {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  for (const std::string& term : terms) {
    Xapian::Document document;
    document.add_term("lamp");
    if (!term.empty()) document.add_boolean_term(term);
    db.add_document(document);
  }
  return db;
}

std::string no_data() { return {}; }

}  // namespace

TEST_CASE("behind a prefix of several letters the colon is no part of the id", "[plugin][unique_ids]") {
  const Xapian::WritableDatabase db =
      index_with({"XID:ABC-1", "XIDabc-2", "XID7", "XID:Zed:9", "XIDPlain", "XID::colon"});
  const std::string ids[] = {"ABC-1", "abc-2", "7", "Zed:9", "Plain", ":colon"};
  for (Xapian::docid docid = 1; docid <= 6; ++docid) {
    CHECK(id_from(id_term_of(db, "XID", docid), "XID", docid, no_data) == ids[docid - 1]);
    CHECK(docid_of(db, "XID", ids[docid - 1]) == docid);
  }
  CHECK(docid_of(db, "XID", "abc-1") == 0);
  CHECK(docid_of(db, "XID", "") == 0);
}

TEST_CASE("behind one letter a colon is the id's own", "[plugin][unique_ids]") {
  const Xapian::WritableDatabase db = index_with({"Q:ABC", "QABC"});
  CHECK(id_from("Q:ABC", "Q", 1, no_data) == ":ABC");
  CHECK(docid_of(db, "Q", ":ABC") == 1);
  CHECK(docid_of(db, "Q", "ABC") == 2);
}

TEST_CASE("a document without a unique-id term has a name that is no other's id", "[plugin][unique_ids]") {
  const Xapian::WritableDatabase db = index_with({"Q5", "", "Q2", "Qdocid:9"});
  CHECK_FALSE(id_term_of(db, "Q", 2));
  CHECK(id_from(std::nullopt, "Q", 2, no_data) == without_id(2));
  CHECK(id_from(std::nullopt, "", 2, no_data) == "2");
  CHECK(docid_of(db, "Q", "2") == 3);
  CHECK(docid_of(db, "Q", without_id(2)) == 2);
  CHECK(docid_of(db, "Q", without_id(1)) == 0);  // that one has an id
  CHECK(docid_of(db, "Q", without_id(9)) == 4);  // somebody's own id
}

TEST_CASE("ids too long for a term end in Omega's hash", "[plugin][unique_ids]") {
  // As omindex 1.4.22 wrote it for a page nine folders deep.
  std::string url = "/docs";
  for (int i = 0; i < 9; ++i) url += "/folder-with-a-long-name-0" + std::to_string(i);
  url += "/page.html";
  const std::string term = hashed_if_long("U" + url);
  CHECK(term.size() == 240);
  CHECK(term.substr(220) == "07/folder-with?X-<6\"");
  CHECK(hashed_if_long("Ushort") == "Ushort");
  const Xapian::WritableDatabase db = index_with({term, "U" + url.substr(0, 100)});
  CHECK(docid_of(db, "U", url) == 1);
  CHECK(docid_of(db, "U", url + "x") == 0);
}

}  // namespace irgan::unique_ids_test
