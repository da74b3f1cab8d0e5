#include "trainer/site/index_parts.h"

#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "irgan/index_builder.h"
#include "irgan/site.h"
#include "plugin/src/features/unique_ids.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::index_parts_test {

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Documents "0", "1", ... with a word that all share and one of their own.
std::string index_of(const std::string& folder, std::size_t num_documents, unsigned num_threads,
                     std::size_t part_size) {
  std::filesystem::create_directory(folder);
  const auto document = [](const SourceDocument& source, Xapian::TermGenerator& generator) {
    Xapian::Document one;
    generator.set_document(one);
    generator.index_text("shared own" + source.data);
    one.set_data(source.data);
    return one;
  };
  IndexParts parts(
      folder, num_threads, [] { return Xapian::TermGenerator(); }, document, {{"key", "value"}}, part_size);
  for (std::size_t i = 0; i < num_documents; ++i) parts.add({{}, std::to_string(i)});
  return parts.finish();
}

}  // namespace

TEST_CASE("an index of parts holds every document once, in the order given", "[trainer][index_parts]") {
  const ScratchFolder folder;
  // One part, some, one that is just full, and more than are joined at once.
  for (const std::size_t num_documents : {1U, 3U, 7U, 12U, 199U, 400U}) {
    const std::string path = index_of(folder.file(std::to_string(num_documents)), num_documents, 2, 3);
    const Xapian::Database db(path);
    CAPTURE(num_documents);
    REQUIRE(db.get_doccount() == num_documents);
    CHECK(db.get_lastdocid() == num_documents);
    CHECK(db.get_termfreq("shared") == num_documents);
    CHECK(db.get_metadata("key") == "value");
    for (std::size_t i = 0; i < num_documents; ++i) {
      const auto docid = static_cast<Xapian::docid>(i + 1);
      CHECK(db.get_document(docid).get_data() == std::to_string(i));
      REQUIRE(db.get_termfreq("own" + std::to_string(i)) == 1);
      CHECK(*db.postlist_begin("own" + std::to_string(i)) == docid);
      CHECK(*db.positionlist_begin(docid, "shared") == 1);
    }
    // What it was joined from is gone.
    CHECK(std::distance(std::filesystem::directory_iterator(folder.file(std::to_string(num_documents))), {}) == 1);
  }
}

TEST_CASE("an index of parts has the same tables at any number of threads", "[trainer][index_parts]") {
  const ScratchFolder folder;
  const std::string one = index_of(folder.file("1"), 500, 1, 3);
  for (const unsigned num_threads : {2U, 5U}) {
    const std::string other = index_of(folder.file(std::to_string(num_threads)), 500, num_threads, 3);
    for (const char* table : {"/postlist.glass", "/termlist.glass", "/position.glass", "/docdata.glass"}) {
      CAPTURE(table);
      CHECK(!bytes_of(one + table).empty());
      CHECK((bytes_of(one + table) == bytes_of(other + table)));
    }
  }
}

TEST_CASE("a document that cannot be made ends the parts", "[trainer][index_parts]") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.file("db"));
  IndexParts parts(
      folder.file("db"), 2, [] { return Xapian::TermGenerator(); },
      [](const SourceDocument& source, Xapian::TermGenerator&) -> Xapian::Document {
        throw FormatError(source.data + ": bad");
      },
      {}, 2);
  const auto add_all = [&] {
    for (int i = 0; i < 9; ++i) parts.add({{}, std::to_string(i)});
    parts.finish();
  };
  CHECK_THROWS_WITH(add_all(), "0: bad");
}

TEST_CASE("build_index makes a large index as a small one, its layout with it", "[trainer][index_builder]") {
  const ScratchFolder folder;
  std::string lines;
  constexpr std::size_t kDocuments = 2 * kDocumentsOfPart + 1;
  for (std::size_t i = 0; i < kDocuments; ++i) {
    const std::string n = std::to_string(i);
    lines += R"({"id": "d)" + n + R"(", "title": "lamp number )" + n + R"(", "votes": )" + n + "}\n";
  }
  IndexBuilderOptions options;
  options.db = folder.file("db");
  options.files = {folder.write("docs.jsonl", lines)};
  options.fields = {{"title", "S"}};
  options.values = {{"votes", 3}};
  options.num_threads = 3;
  const BuiltIndex built = build_index(options);
  CHECK(built.num_documents == kDocuments);
  CHECK(folder.size() == 2);  // the documents and the index
  const Site site = site_at({built.path});
  CHECK(layout_to_json(site.layout) == layout_to_json(built.layout));
  const Xapian::Database db = site.open();
  REQUIRE(db.get_doccount() == kDocuments);
  CHECK(db.get_termfreq("Slamp") == kDocuments);
  const Xapian::Document last = db.get_document(static_cast<Xapian::docid>(kDocuments));
  CHECK(last.get_value(kFirstIdSlot) == "Qd" + std::to_string(kDocuments - 1));
  CHECK(Xapian::sortable_unserialise(last.get_value(3)) == static_cast<double>(kDocuments - 1));
  CHECK(db.get_value_upper_bound(3) == Xapian::sortable_serialise(static_cast<double>(kDocuments - 1)));

  // The same id in another part.
  options.overwrite = true;
  options.files.push_back(folder.write("again.jsonl", "{\"id\": \"d5\", \"title\": \"lamp\"}\n"));
  CHECK_THROWS_WITH(build_index(options),
                    Catch::Matchers::Contains("again.jsonl:1: the id 'd5' stands in an earlier document"));
  CHECK(Xapian::Database(options.db).get_doccount() == kDocuments);
  CHECK(folder.size() == 3);
}

}  // namespace irgan::index_parts_test
