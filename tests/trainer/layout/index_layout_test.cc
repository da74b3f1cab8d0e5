#include "irgan/index_layout.h"

#include <catch2/catch.hpp>

#include "tests/trainer/small_index.h"

namespace irgan::index_layout_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const std::vector<SmallDocument> kDocuments{{"x1", "Linux kernel", "the kernel of the system", 5.0},
                                            {"x2", "Kernel density", "estimating distributions", 250.0},
                                            {"x3", "Popcorn", "kernels of maize heated in oil", {}}};

}  // namespace

TEST_CASE("a layout comes back from its JSON as it was", "[trainer][index_layout]") {
  IndexLayout layout = small_layout();
  layout.fields.push_back({"tags", "XTAG"});
  const IndexLayout read = layout_from_json(layout_to_json(layout), "here");
  CHECK(layout_to_json(read) == layout_to_json(layout));
  CHECK(read.stemmer == "english");
  CHECK(read.id_prefix == "Q");
  REQUIRE(read.fields.size() == 3);
  CHECK(read.fields[0].length_slot == kTitleLengthSlot);
  CHECK(read.fields[0].text_slot == kTitleTextSlot);
  CHECK(read.fields[2].prefix == "XTAG");
  CHECK(read.fields[2].length_slot == Xapian::BAD_VALUENO);
  REQUIRE(read.values.size() == 1);
  CHECK(read.values[0].slot == kPopularitySlot);
}

TEST_CASE("damaged layouts are refused with their place", "[trainer][index_layout]") {
  const std::string whole = layout_to_json(small_layout());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(layout_from_json(whole.substr(0, size), "metadata x"), FormatError);
  }
  for (const char* text : {"[]", "{}", R"({"stemmer": 1, "id_prefix": "Q", "fields": [], "values": []})"}) {
    CHECK_THROWS_WITH(layout_from_json(text, "metadata x"), StartsWith("metadata x: not an index layout"));
  }
}

TEST_CASE("an index's own layout is read from its metadata", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments);
  index.open_to_write().set_metadata(kLayoutKey, layout_to_json(small_layout()));
  CHECK(layout_to_json(read_layout(index.open())) == layout_to_json(small_layout()));

  index.open_to_write().set_metadata(kLayoutKey, "{");
  CHECK_THROWS_AS(read_layout(index.open()), FormatError);
}

TEST_CASE("without a layout titles and ids are found by their terms", "[trainer][index_layout]") {
  SECTION("scriptindex's ids") {
    const SmallIndex index(kDocuments, "Q");
    const IndexLayout layout = read_layout(index.open());
    CHECK(layout.id_prefix == "Q");
    REQUIRE(layout.fields.size() == 2);
    CHECK(layout.fields[0].name == "title");
    CHECK(layout.fields[0].prefix == "S");
    CHECK(layout.fields[1].name == "body");
    CHECK(layout.fields[1].prefix.empty());
    CHECK(layout.stemmer == "english");
    CHECK(layout.values.empty());
  }
  SECTION("omindex's ids") {
    const SmallIndex index(kDocuments, "U");
    CHECK(read_layout(index.open()).id_prefix == "U");
  }
  SECTION("no ids: docids") {
    const SmallIndex index(kDocuments, "");
    CHECK(read_layout(index.open()).id_prefix.empty());
  }
  SECTION("no titles, no documents") {
    const SmallIndex index({});
    const IndexLayout layout = read_layout(index.open());
    REQUIRE(layout.fields.size() == 1);
    CHECK(layout.fields[0].prefix.empty());
  }
}

TEST_CASE("what the user says lies over what is found", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments);
  index.open_to_write().set_metadata(kLayoutKey, layout_to_json(small_layout()));
  LayoutOverrides overrides;
  overrides.stemmer = "none";
  overrides.id_prefix = "docid";
  overrides.prefixes = {{"title", "XT"}, {"people", "A"}};
  overrides.values = {{"popularity", 9}, {"date", 1}};
  const IndexLayout layout = read_layout(index.open(), overrides);
  CHECK(layout.stemmer == "none");
  CHECK(layout.id_prefix.empty());
  REQUIRE(layout.fields.size() == 3);
  CHECK(layout.fields[0].prefix == "XT");
  CHECK(layout.fields[0].length_slot == kTitleLengthSlot);  // stays
  CHECK(layout.fields[2].name == "people");
  CHECK(layout.fields[2].prefix == "A");
  REQUIRE(layout.values.size() == 2);
  CHECK(layout.values[0].slot == 9);
  CHECK(layout.values[1].name == "date");

  overrides.id_prefix = "U";
  CHECK(read_layout(index.open(), overrides).id_prefix == "U");
}

TEST_CASE("a schema averages field lengths over the index", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments);
  IndexLayout layout = small_layout();
  layout.fields.push_back({"body", ""});  // without a length slot: the document's length serves
  layout.fields.push_back({"empty", "XE", 555});
  const FeatureSchema schema = make_schema(index.open(), layout);
  REQUIRE(schema.fields.size() == 4);
  CHECK(schema.fields[0].average_length == Approx((2 + 2 + 1) / 3.0));
  CHECK(schema.fields[1].average_length == Approx((7 + 4 + 7) / 3.0));
  CHECK(schema.fields[2].average_length == index.open().get_avlength());
  CHECK(schema.fields[3].average_length == 0.0);
  CHECK(schema.stemmer == "english");
}

TEST_CASE("values that are never negative and reach beyond 100 are taken by their logarithm",
          "[trainer][index_layout]") {
  const auto transform = [](std::optional<double> low, std::optional<double> high) {
    const SmallIndex index({{"1", "one", "two", low}, {"2", "one", "two", high}});
    return make_schema(index.open(), small_layout()).values.front().transform;
  };
  CHECK(transform(0.0, 101.0) == Transform::log);
  CHECK(transform(0.0, 100.0) == Transform::identity);
  CHECK(transform(-1.0, 1e6) == Transform::identity);
  CHECK(transform({}, {}) == Transform::identity);
}

TEST_CASE("features are the lean default, all, or those named", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments);
  const IndexLayout layout = small_layout();
  const FeatureSchema lean = make_schema(index.open(), layout);
  const FeatureSchema all = make_schema(index.open(), layout, {"all"});
  CHECK(lean.features == default_features(lean.fields, lean.values));
  CHECK(all.features.size() > lean.features.size());
  CHECK(make_schema(index.open(), layout, {"text.bm25", "value.popularity"}).features ==
        std::vector<std::string>{"text.bm25", "value.popularity"});
  CHECK_THROWS_AS(make_schema(index.open(), layout, {"text.trigram_jaccard"}), FormatError);
  CHECK_THROWS_WITH(make_schema(index.open(), layout, {"people.bm25"}), Contains("'people.bm25'"));
}

TEST_CASE("facts of the index are those that a model remembers", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments);
  const IndexFacts facts = index_facts(index.open(), small_layout());
  CHECK(facts.uuid == index.open().get_uuid());
  CHECK(facts.num_documents == 3);
  CHECK(facts.average_length == index.open().get_avlength());
  CHECK(facts.id_prefix == "Q");
}

TEST_CASE("ids and docids are translated through the unique-id term", "[trainer][index_layout]") {
  const std::string prefix = GENERATE("Q", "U");
  const SmallIndex index(kDocuments, prefix);
  const DocumentIds ids(index.open(), prefix);
  CHECK(ids.id_of(2) == "x2");
  CHECK(ids.docid_of("x2") == 2);
  CHECK(ids.docid_of("x4") == 0);
  CHECK(ids.docid_of("") == 0);
  CHECK(ids.docid_of(std::string(5000, 'x')) == 0);  // longer than any term
}

TEST_CASE("docids serve as ids in digits", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments, "");
  index.open_to_write().delete_document(2);
  const DocumentIds ids(index.open(), "");
  CHECK(ids.id_of(3) == "3");
  CHECK(ids.docid_of("3") == 3);
  for (const char* id : {"2", "0", "4", "-1", "3x", "x", "", "99999999999"}) {
    CAPTURE(id);
    CHECK(ids.docid_of(id) == 0);
  }
}

TEST_CASE("a document without an id term goes by its docid", "[trainer][index_layout]") {
  const SmallIndex index(kDocuments, "Q");
  Xapian::Document document;
  document.add_term("Zkernel");
  index.open_to_write().add_document(document);
  CHECK(DocumentIds(index.open(), "Q").id_of(4) == "docid:4");
}

}  // namespace irgan::index_layout_test
