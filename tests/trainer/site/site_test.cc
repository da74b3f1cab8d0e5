#include "irgan/site.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::site_test {

TEST_CASE("what is written to an index lasts by commit_transaction() alone", "[trainer][site]") {
  const ScratchFolder folder;
  const std::string path = folder.file("db");
  Xapian::WritableDatabase(path, Xapian::DB_CREATE).commit();
  open_writable(path).set_metadata("key", "of a run that failed");  // Xapian would commit when it closes
  CHECK(Xapian::Database(path).get_metadata("key").empty());
  Xapian::WritableDatabase db = open_writable(path);
  db.set_metadata("key", "of a run that ended well");
  db.commit_transaction();
  CHECK(Xapian::Database(path).get_metadata("key") == "of a run that ended well");
}

}  // namespace irgan::site_test
