/// An interrupted mining run is gone on with only while its inputs are the same.

#include "trainer/mining/mining_identity.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/trainer/scratch_folder.h"

namespace irgan::mining_identity_test {

namespace {

Xapian::Document document_of(const std::string& word) {
  Xapian::Document document;
  document.add_term(word);
  return document;
}

std::string identity_of(const Xapian::Database& db, const MiningOptions& options = {},
                        const MiningEvidence& evidence = {}) {
  return mining_identity(Site(), db, nullptr, evidence, options);
}

}  // namespace

TEST_CASE("a document replaced by another changes the identity though no count does", "[trainer][mining_identity]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_CREATE);
  db.add_document(document_of("red"));
  db.commit();
  const std::string before = identity_of(Xapian::Database(folder.file("db")));
  CHECK(identity_of(Xapian::Database(folder.file("db"))) == before);
  db.replace_document(1, document_of("blue"));
  db.commit();
  CHECK(identity_of(Xapian::Database(folder.file("db"))) != before);
}

TEST_CASE("the average length tells indexes apart where there is no revision", "[trainer][mining_identity]") {
  Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  db.add_document(document_of("red"));
  const std::string before = identity_of(db);
  CHECK(identity_of(db) == before);
  Xapian::Document longer = document_of("red");
  longer.add_term("blue");
  db.replace_document(1, longer);
  CHECK(identity_of(db) != before);
}

TEST_CASE("other options, evidence, queries and runs each change the identity", "[trainer][mining_identity]") {
  const Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  std::set<std::string> identities{identity_of(db)};
  MiningOptions options;
  options.num_negatives = 6;
  identities.insert(identity_of(db, options));
  for (const double score : {1.0, 2.0}) {
    Run run;
    run.by_query["1"] = {{"a", score}};
    options.run = std::make_shared<const Run>(run);
    identities.insert(identity_of(db, options));
  }
  MiningEvidence evidence;
  evidence.queries = {{"1", "red shoes", "", ""}};
  identities.insert(identity_of(db, {}, evidence));
  evidence.queries = {{"1", "red", "shoes", ""}};
  identities.insert(identity_of(db, {}, evidence));
  for (const double clicks : {1.0, 2.0}) {
    evidence.by_query["1"] = {{"a", clicks, 0.0, {{1, 2.0, clicks}}}};
    identities.insert(identity_of(db, {}, evidence));
  }
  CHECK(identities.size() == 8);
}

TEST_CASE("what errors call the model changes nothing", "[trainer][mining_identity]") {
  const Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
  MiningOptions options;
  options.model_name = "new.model";
  CHECK(identity_of(db, options) == identity_of(db));
}

}  // namespace irgan::mining_identity_test
