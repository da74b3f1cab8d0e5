/// An interrupted mining run is gone on with only while its inputs are the same.

#include "trainer/mining/mining_identity.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

using namespace irgan;

namespace {

Xapian::Document document_of(const std::string& word) {
  Xapian::Document document;
  document.add_term(word);
  return document;
}

std::string identity_of(const MineOptions& options, const Xapian::Database& db) {
  const MiningTask task{options, {}, GuardScore::first_stage, IndexLayout(), MiningEvidence()};
  return mining_identity(task, db);
}

}  // namespace

TEST_CASE("a document replaced by another changes the identity though no count does",
          "[index_tools][mining_identity]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
  db.add_document(document_of("red"));
  db.commit();
  const MineOptions options;
  const std::string before = identity_of(options, Xapian::Database(folder.file("db")));
  CHECK(identity_of(options, Xapian::Database(folder.file("db"))) == before);
  db.replace_document(1, document_of("blue"));
  db.commit();
  CHECK(identity_of(options, Xapian::Database(folder.file("db"))) != before);
}

TEST_CASE("the average length tells indexes apart where there is no revision", "[index_tools][mining_identity]") {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  db.add_document(document_of("red"));
  const MineOptions options;
  const std::string before = identity_of(options, db);
  CHECK(identity_of(options, db) == before);
  Xapian::Document longer = document_of("red");
  longer.add_term("blue");
  db.replace_document(1, longer);
  CHECK(identity_of(options, db) != before);
}

TEST_CASE("another option changes the identity", "[index_tools][mining_identity]") {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  MineOptions options;
  const std::string before = identity_of(options, db);
  options.num_negatives = 6;
  CHECK(identity_of(options, db) != before);
}
