#include "irgan/index_watch.h"

#include <catch2/catch.hpp>

#include "irgan/index_layout.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::index_watch_test {

using Catch::Contains;

namespace {

void add_documents(Xapian::WritableDatabase& writer, int count) {
  for (int i = 0; i < count; ++i) {
    Xapian::Document document;
    document.add_term("lamp");
    document.set_data(std::string(500, 'x'));
    writer.add_document(document);
  }
}

}  // namespace

TEST_CASE("a reader goes on beside a writer that commits", "[trainer][index_watch]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  add_documents(writer, 2000);
  writer.commit();
  const Xapian::Database db(folder.file("db"));
  IndexWatch watch(db, {folder.file("db")});
  CHECK(watch.account().empty());
  int attempts = 0;
  const auto sum = watch.read(db, [&] {
    if (++attempts == 1) {
      for (int commit = 0; commit < 3; ++commit) {
        for (Xapian::docid docid = 1; docid <= 2000; ++docid) {
          Xapian::Document document;
          document.add_term("lamp");
          document.set_data(std::string(500, static_cast<char>('a' + commit)));
          writer.replace_document(docid, document);
        }
        add_documents(writer, 1);
        writer.commit();
      }
    }
    std::size_t size = 0;
    for (auto document = db.postlist_begin(""); document != db.postlist_end(""); ++document)
      size += db.get_document(*document).get_data().size();
    return size;
  });
  CHECK(attempts == 2);
  CHECK(sum == 2003 * 500);
  CHECK(watch.num_reopenings() == 1);
  CHECK(watch.num_documents_gained() == 3);
  CHECK(watch.account() == "index " + folder.file("db") +
                               " was written to meanwhile: reopened 1 time, 2000 documents at first, 2003 at last");
}

TEST_CASE("a reader gives up with a sentence where no piece ever ends", "[trainer][index_watch]") {
  const Xapian::Database db;
  IndexWatch watch;
  int attempts = 0;
  const auto never = [&]() -> int {
    ++attempts;
    throw Xapian::DatabaseModifiedError("gone");
  };
  CHECK_THROWS_WITH(watch.read(db, never),
                    Contains("another program commits to the index so often") && Contains("100 reopenings"));
  CHECK(attempts == IndexWatch::kMostReopenings + 1);
}

TEST_CASE("an index that got another layout under a reader is refused", "[trainer][index_watch]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  add_documents(writer, 1);
  writer.commit();
  const Xapian::Database db(folder.file("db"));
  IndexWatch watch(db, {folder.file("db")});
  writer.set_metadata(kLayoutKey, "{}");
  writer.commit();
  CHECK_THROWS_WITH(watch.read(db, []() -> int { throw Xapian::DatabaseModifiedError("gone"); }),
                    Contains("got another layout") && Contains("begin anew"));
}

}  // namespace irgan::index_watch_test
