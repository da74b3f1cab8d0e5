#include "irgan/index_builder.h"

#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "irgan/index_annotator.h"
#include "irgan/site.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::index_builder_test {

namespace {

struct Fixture {
  ScratchFolder folder;
  IndexBuilderOptions options;

  Fixture() {
    options.db = folder.file("db");
    options.files = {folder.write("docs.jsonl",
                                  "{\"id\": \"a\", \"title\": \"red apples\", \"votes\": 7}\n"
                                  "{\"id\": \"b\", \"title\": \"green pears\"}\n")};
    options.fields = {{"title", "S"}};
    options.values = {{"votes", 3}};
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "build_index makes an index that a site opens", "[trainer][index_builder]") {
  const BuiltIndex built = build_index(options);
  CHECK(built.path == folder.file("db"));
  CHECK(built.num_documents == 2);
  REQUIRE(built.layout.fields.size() == 2);
  CHECK(built.layout.fields[1].name == "text");

  const Site site = site_at({built.path});
  CHECK(layout_to_json(site.layout) == layout_to_json(built.layout));
  const Xapian::Database db = site.open();
  CHECK(db.term_exists("Sapples"));
  CHECK(db.term_exists("Zappl"));
  CHECK(Xapian::sortable_unserialise(db.get_document(*db.postlist_begin("Qa")).get_value(3)) == 7.0);
}

TEST_CASE_METHOD(Fixture, "build_index replaces an index only where it may, and only by a whole one",
                 "[trainer][index_builder]") {
  build_index(options);
  CHECK_THROWS_WITH(build_index(options), "db " + folder.file("db") + ": exists; only overwrite replaces it");
  options.overwrite = true;
  options.files = {folder.write("bad.jsonl", "{\"id\": \"c\", \"title\": \"plums\"}\n{")};
  CHECK_THROWS_AS(build_index(options), FormatError);
  CHECK(Xapian::Database(options.db).get_doccount() == 2);
  CHECK(folder.size() == 3);  // two files of documents and the index
}

TEST_CASE_METHOD(Fixture, "build_index names the field or value that is wrong", "[trainer][index_builder]") {
  SECTION("a prefix") {
    options.fields.emplace_back("body", "S");
    CHECK_THROWS_WITH(build_index(options), Catch::StartsWith("field body=S: a prefix is capital letters, used once"));
  }
  SECTION("a slot") {
    options.values.emplace_back("price", 1000);
    CHECK_THROWS_WITH(build_index(options), "value price=1000: slots from 1000 on are ours");
  }
  SECTION("a name") {
    options.values.emplace_back("title", 4);
    CHECK_THROWS_WITH(build_index(options), "'title' is named twice among fields and values");
  }
  CHECK_FALSE(std::filesystem::exists(options.db));
}

TEST_CASE_METHOD(Fixture, "annotate writes numbers and clicks into an index, and says how much",
                 "[trainer][index_annotator]") {
  build_index(options);
  AnnotationOptions annotation;
  annotation.values = {{folder.write("prices", "a\t2.5\nnobody\t9\n"), "price"}};
  AnnotatedClicks clicks;
  clicks.name = "log";
  clicks.behaviour.min_sessions = 1;
  clicks.read = [](const std::function<void(const ClickRow&, const std::string&)>& each) {
    ClickRow row;
    row.session = "s1";
    row.query = "apples";
    row.document_id = "a";
    row.clicked = true;
    each(row, "apples");
    row.document_id = "nobody";
    each(row, "apples");
  };
  annotation.clicks = clicks;
  std::size_t num_steps = 0;
  annotation.on_progress = [&](double) { ++num_steps; };

  const AnnotationReport report = annotate(site_at({options.db}), annotation);

  CHECK(report.num_documents == 2);
  CHECK(report.num_values == 1);
  CHECK(report.num_unknown_values == 1);
  CHECK(report.num_clicked_documents == 1);
  CHECK(report.num_unknown_documents == 1);
  CHECK(report.num_words == 1);
  CHECK(report.num_queries == 1);
  CHECK(num_steps == 2);
  const Site site = site_at({options.db});
  REQUIRE(site.layout.behaviour.has_value());
  REQUIRE(site.layout.values.size() == 3);
  CHECK(site.layout.values[1].name == "price");
  const Xapian::Database db = site.open();
  const Xapian::Document document = db.get_document(*db.postlist_begin("Qa"));
  CHECK(Xapian::sortable_unserialise(document.get_value(site.layout.values[1].slot)) == 2.5);
}

}  // namespace irgan::index_builder_test
