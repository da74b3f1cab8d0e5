#include "irgan/value_cache.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <thread>

#include "plugin/src/features/document_ids.h"
#include "plugin/src/features/postings.h"
#include "plugin/src/features/value_snapshot.h"
#include "tests/plugin/fruit.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::value_cache_test {

namespace {

constexpr Xapian::valueno kNumber = 1, kText = 2, kNothing = 3;
constexpr Xapian::docid kDocuments = 5000;  // more than two of the chunks in which a cache is filled

// Every seventh document has no number, every fifth no text, every eleventh is missing altogether.
void write_documents(const std::string& path, double factor, unsigned num_shards = 1, unsigned shard = 0) {
  Xapian::WritableDatabase writer(path, Xapian::DB_CREATE_OR_OVERWRITE);
  for (Xapian::docid docid = 1; docid <= kDocuments; ++docid) {
    Xapian::Document document;
    if (docid % 7 != 0) document.add_value(kNumber, Xapian::sortable_serialise(factor * docid));
    if (docid % 5 != 0) document.add_value(kText, "text " + std::string(docid % 13, 'x') + std::to_string(docid));
    if (docid % 11 != 0 && docid % num_shards == shard) writer.replace_document(docid, document);
  }
}

std::vector<Xapian::docid> some_docids(unsigned step) {
  std::vector<Xapian::docid> docids;
  for (Xapian::docid docid = 1 + step % 3; docid < kDocuments + 50; docid += 17 + step) docids.push_back(docid);
  return docids;
}

bool same(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {  // to the bit, NaN included
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), sizeof(double) * static_cast<std::size_t>(a.size())) == 0;
}

std::vector<std::string> spaced(const ComparableTexts& texts) {
  std::vector<std::string> all;
  for (const ComparableText* text : texts.all) {
    all.push_back(std::string(text->spaced) + '|' + std::string(text->joined) + '|' +
                  std::to_string(text->trigrams.size()));
  }
  return all;
}

// The cache hands out a snapshot only to a state that is asked for again and again.
std::shared_ptr<ValueSnapshot> snapshot_of(ValueCache& cache, const Xapian::Database& db) {
  for (int search = 0; search < 20; ++search) cache.at(db);
  return cache.at(db);
}

void check_values(ValueSnapshot& snapshot, const Xapian::Database& db) {
  for (unsigned search = 0; search < 6; ++search) {
    const std::vector<Xapian::docid> docids = some_docids(search);
    for (const Xapian::valueno slot : {kNumber, kNothing}) {
      CHECK(same(snapshot.numbers(db, {slot}, docids), slot_numbers(db, slot, docids)));
    }
    const std::vector<Xapian::valueno> both{kNothing, kNumber};
    CHECK(same(snapshot.numbers(db, both, docids), slot_numbers(db, both, docids)));
    for (const Xapian::valueno slot : {kText, kNothing}) {
      CHECK(spaced(snapshot.texts(db, slot, docids)) == spaced(comparable_texts(slot_texts(db, slot, docids))));
    }
  }
}

}  // namespace

TEST_CASE("a value snapshot holds what the index holds, at every stage of its filling", "[plugin][value_cache]") {
  const ScratchFolder folder;
  const unsigned num_shards = GENERATE(1u, 3u);
  Xapian::Database db;
  for (unsigned shard = 0; shard < num_shards; ++shard) {
    write_documents(folder.file(std::to_string(shard)), 1.5, num_shards, shard);
    db.add_database(Xapian::Database(folder.file(std::to_string(shard))));
  }
  ValueCache cache(GENERATE(std::size_t{ValueCache::kDefaultBytes}, std::size_t{100'000}, std::size_t{20'000}));
  const auto snapshot = snapshot_of(cache, db);
  REQUIRE(snapshot);
  check_values(*snapshot, db);
  CHECK(snapshot->numbers(db, {kNumber}, {}).size() == 0);
}

TEST_CASE("each revision of an index has its own values", "[plugin][value_cache]") {
  const ScratchFolder folder;
  const std::string path = folder.file("db");
  write_documents(path, 1.0);
  Xapian::Database before(path);
  ValueCache cache;
  const auto old_values = snapshot_of(cache, before);
  check_values(*old_values, before);
  {
    Xapian::WritableDatabase writer(path, Xapian::DB_OPEN);
    Xapian::Document document = writer.get_document(8);
    document.add_value(kNumber, Xapian::sortable_serialise(-1.0));
    document.add_value(kText, "another");
    writer.replace_document(8, document);
  }
  const Xapian::Database after(path);
  const auto new_values = snapshot_of(cache, after);
  REQUIRE(new_values);
  CHECK(new_values != old_values);
  CHECK(cache.at(before) == old_values);
  check_values(*new_values, after);
  CHECK(new_values->numbers(after, {kNumber}, {8})(0, 0) == -1.0);
  CHECK(old_values->numbers(before, {kNumber}, {8})(0, 0) == 8.0);
  CHECK(new_values->texts(after, kText, {8}).all[0]->spaced == "another");
  before.reopen();
  CHECK(cache.at(before) == new_values);
}

TEST_CASE("an index whose states cannot be told apart is not cached", "[plugin][value_cache]") {
  ValueCache cache;
  const Xapian::Database db = index_of(fruit());
  for (int search = 0; search < 50; ++search) CHECK(cache.at(db) == nullptr);
}

TEST_CASE("threads fill one value snapshot together", "[plugin][value_cache][threads]") {
  const ScratchFolder folder;
  write_documents(folder.file("db"), 1.0);
  const Xapian::Database db(folder.file("db"));
  ValueCache cache;
  const auto snapshot = snapshot_of(cache, db);
  const std::vector<Xapian::docid> docids = some_docids(1);
  const Eigen::VectorXd numbers = slot_numbers(db, kNumber, docids);
  const std::vector<std::string> texts = spaced(comparable_texts(slot_texts(db, kText, docids)));
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      const Xapian::Database own(folder.file("db"));
      for (int search = 0; search < 20; ++search) {
        if (!same(snapshot->numbers(own, {kNumber}, docids), numbers)) ++count;
        if (spaced(snapshot->texts(own, kText, docids)) != texts) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(8, 0));
}

TEST_CASE("a search sees the changes that a WritableDatabase has not yet committed",
          "[plugin][reranker][value_cache]") {
  const ScratchFolder folder;
  stored_fruit(folder.file("db"));
  Xapian::WritableDatabase db(folder.file("db"), Xapian::DB_OPEN);
  Xapian::Enquire enquire = enquire_of(db);
  RerankOptions options = strict();
  options.depth = kNumDocuments;
  const Reranker reranker(db, fixed_model(popularity_model()), options);
  for (int search = 0; search < 30; ++search) reranker.get_mset(enquire, 0, 5);
  Xapian::Document document = db.get_document(17);
  document.add_value(kPopularity, Xapian::sortable_serialise(1000.0));
  db.replace_document(17, document);
  CHECK(*reranker.get_mset(enquire, 0, 5)[0] == 17);
}

TEST_CASE("an index put back from a backup and changed in another way has its own values", "[plugin][value_cache]") {
  const ScratchFolder folder;
  const std::string path = folder.file("db"), backup = folder.file("backup");
  const auto change = [&](double number, const std::string& text) {
    Xapian::WritableDatabase writer(path, Xapian::DB_OPEN);
    Xapian::Document document = writer.get_document(8);
    document.add_value(kNumber, Xapian::sortable_serialise(number));
    document.add_value(kText, text);
    writer.replace_document(8, document);
  };
  write_documents(path, 1.0);
  std::filesystem::copy(path, backup);
  change(-1.0, "zebra");
  const Xapian::Database lost(path);
  ValueCache cache;
  const auto values = snapshot_of(cache, lost);
  check_values(*values, lost);

  std::filesystem::remove_all(path);
  std::filesystem::rename(backup, path);
  change(-2.0, "zephyr");
  const Xapian::Database restored(path);

  REQUIRE(cache.at(restored) == values);  // uuid, revision and totals are the same
  check_values(*values, restored);
  CHECK(values->numbers(restored, {kNumber}, {8})(0, 0) == -2.0);
  CHECK(values->texts(restored, kText, {8}).all[0]->spaced == "zephyr");
  CHECK(values->numbers(lost, {kNumber}, {8})(0, 0) == -1.0);
}

TEST_CASE("a slot of long texts is held up to the budget and read beyond it", "[plugin][value_cache]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  std::string text;
  for (int word = 0; word < 500; ++word) text += "word" + std::to_string(word) + ' ';
  for (int i = 0; i < 300; ++i) {
    Xapian::Document document;
    document.add_value(kText, std::to_string(i) + ' ' + text);
    writer.add_document(document);
  }
  writer.commit();
  const Xapian::Database db(folder.file("db"));
  ValueCache cache(GENERATE(std::size_t{8} << 20, std::size_t{1000}));
  const auto snapshot = snapshot_of(cache, db);
  const std::vector<Xapian::docid> docids{1, 63, 64, 65, 128, 200, 300};
  for (int search = 0; search < 8; ++search) {
    CHECK(spaced(snapshot->texts(db, kText, docids)) == spaced(comparable_texts(slot_texts(db, kText, docids))));
  }
}

TEST_CASE("a snapshot is asked about a document of a later state", "[plugin][value_cache]") {
  const ScratchFolder folder;
  write_documents(folder.file("db"), 1.0);
  const Xapian::Database db(folder.file("db"));
  ValueCache cache;
  const auto snapshot = snapshot_of(cache, db);
  REQUIRE(snapshot);
  const std::vector<Xapian::docid> docids = {1, 40 * kDocuments};
  for (int search = 0; search < 20; ++search) {
    const Eigen::MatrixXd numbers = snapshot->numbers(db, {kNumber}, docids);
    CHECK(numbers(0, 0) == 1.0);
    CHECK(std::isnan(numbers(1, 0)));
    const ComparableTexts texts = snapshot->texts(db, kText, docids);
    CHECK(texts.all[0]->spaced == "text x1");
    CHECK(texts.all[1]->trigrams.empty());
  }
}

TEST_CASE("the documents of ids that were asked for are remembered, as far as there is room", "[plugin][value_cache]") {
  const ScratchFolder folder;
  const std::string path = folder.file("db");
  {
    Xapian::WritableDatabase writer(path, Xapian::DB_CREATE_OR_OVERWRITE);
    for (const char* id : {"apple", "pear", "plum"}) {
      Xapian::Document document;
      document.add_boolean_term("Q" + std::string(id));
      writer.add_document(document);
    }
  }
  const Xapian::Database db(path);
  ValueCache cache;
  const auto snapshot = snapshot_of(cache, db);
  REQUIRE(snapshot);
  const std::vector<std::string> ids = {"plum", "fig", "apple"};
  const std::vector<Xapian::docid> docids = {3, 0, 1};
  CHECK(snapshot->docids(db, "Q", ids) == docids);
  const Xapian::Database none;  // nothing is looked up again
  CHECK(snapshot->docids(none, "Q", ids) == docids);
  CHECK(snapshot->docids(none, "Q", {"pear"}) == std::vector<Xapian::docid>{0});
  CHECK(docids_of(db, "Q", &cache, ids) == docids);
  CHECK(docids_of(db, "Q", nullptr, ids) == docids);

  Xapian::WritableDatabase(path, Xapian::DB_OPEN).delete_document(3);
  const Xapian::Database later(path);
  CHECK(docids_of(later, "Q", &cache, ids) == std::vector<Xapian::docid>{0, 0, 1});
  CHECK(snapshot_of(cache, later)->docids(later, "Q", ids) == std::vector<Xapian::docid>{0, 0, 1});

  ValueCache small(100);
  const auto without_room = snapshot_of(small, later);
  REQUIRE(without_room);
  CHECK(without_room->docids(later, "Q", {"pear"}) == std::vector<Xapian::docid>{2});
  CHECK(without_room->docids(none, "Q", {"pear"}) == std::vector<Xapian::docid>{0});
}

TEST_CASE("a value snapshot keeps posting lists that were asked for, as far as there is room",
          "[plugin][value_cache]") {
  const ScratchFolder folder;
  Xapian::WritableDatabase writer(folder.file("db"), Xapian::DB_CREATE);
  for (int i = 0; i < 100; ++i) {
    Xapian::Document document;
    document.add_term("often", 2);
    if (i == 5) document.add_term("once");
    writer.add_document(document);
  }
  writer.commit();
  const Xapian::Database db(folder.file("db"));
  {
    ValueSnapshot snapshot("state", db.get_lastdocid(), 10'000);
    CHECK(snapshot.known_posting_list("often") == nullptr);
    const PostingList* const often = snapshot.posting_list(db, "often");
    REQUIRE(often != nullptr);
    CHECK(often->frequency() == 100);
    CHECK(snapshot.posting_list(db, "never")->frequency() == 0);
    CHECK(snapshot.posting_list(db, "once")->frequency() == 1);
    CHECK(snapshot.known_posting_list("often") == often);
  }
  ValueSnapshot small("state", db.get_lastdocid(), 500);
  CHECK(small.posting_list(db, "often") == nullptr);
  CHECK(small.known_posting_list("often") == nullptr);
}

}  // namespace irgan::value_cache_test
