#include "irgan/feature_schema.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace irgan::feature_schema_test {

using Catch::Contains;
using Catch::Matchers::Message;

namespace {

using Names = std::vector<std::string>;

std::vector<TextField> fields() {
  return {{"title", "S", 1, 2, 6.5}, {"body", "", Xapian::BAD_VALUENO, Xapian::BAD_VALUENO, 80}};
}
std::vector<ValueField> values() { return {{"popularity", 3, Transform::log}, {"price", 4, Transform::identity}}; }

FeatureSchema schema_of(Names features) {
  return {FeatureSchema::kVersion, "english", fields(), values(), std::move(features)};
}

// `json` with the first `from` in it replaced by `to`.
std::string altered(std::string json, const std::string& from, const std::string& to) {
  const std::size_t place = json.find(from);
  REQUIRE(place != std::string::npos);
  return json.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("parse_features takes names apart", "[plugin][feature_schema]") {
  const std::vector<FeatureColumn> columns =
      parse_features(schema_of({"first_stage.score", "first_stage.log_rank", "query.length", "body.min_wdf",
                                "title.prefix_match", "value.price"}));
  REQUIRE(columns.size() == 6);
  CHECK(columns[0].source == FeatureSource::first_stage_score);
  CHECK(columns[1].source == FeatureSource::first_stage_rank);
  CHECK(columns[2].source == FeatureSource::query_length);
  CHECK(columns[3].source == FeatureSource::field);
  CHECK(columns[3].index == 1);
  CHECK(columns[3].field_feature == FieldFeature::min_wdf);
  CHECK(columns[4].source == FeatureSource::field);
  CHECK(columns[4].index == 0);
  CHECK(columns[4].field_feature == FieldFeature::prefix_match);
  CHECK(columns[5].source == FeatureSource::value);
  CHECK(columns[5].index == 1);
}

TEST_CASE("parse_features refuses what this build cannot extract, by name", "[plugin][feature_schema]") {
  for (const std::string name : {"1", "", "bm25", ".bm25", "title", "title.", "title.bm26", "title.bm25.x",
                                 "Title.bm25", "tags.bm25", "first_stage", "first_stage.rank", "query.words"}) {
    CHECK_THROWS_MATCHES(parse_features(schema_of({"title.bm25", name})), FormatError,
                         Message("feature '" + name + "' cannot be extracted from an index by this build"));
  }
  CHECK_THROWS_MATCHES(parse_features(schema_of({"value.colour"})), FormatError,
                       Message("feature 'value.colour' names no value of the schema"));
}

TEST_CASE("parse_features refuses features of the text where the schema has no slot with it",
          "[plugin][feature_schema]") {
  for (const std::string kind : {"trigram_jaccard", "trigram_coverage", "joined_match", "prefix_match",
                                 "fuzzy_coverage", "fuzzy_share", "part_share", "number_match", "number_surplus"}) {
    CHECK(parse_features(schema_of({"title." + kind})).size() == 1);
    CHECK_THROWS_MATCHES(
        parse_features(schema_of({"body." + kind})), FormatError,
        Message("feature 'body." + kind + "' needs the field's text in a value slot, and the schema names none"));
  }
}

TEST_CASE("the default features are lean", "[plugin][feature_schema]") {
  CHECK(default_features(fields(), values()) == Names{"first_stage.score",
                                                      "query.length",
                                                      "title.bm25",
                                                      "title.coverage",
                                                      "title.idf_coverage",
                                                      "title.density",
                                                      "title.length",
                                                      "title.exact_match",
                                                      "title.trigram_jaccard",
                                                      "title.trigram_coverage",
                                                      "title.joined_match",
                                                      "title.prefix_match",
                                                      "title.fuzzy_coverage",
                                                      "title.fuzzy_share",
                                                      "body.bm25",
                                                      "body.coverage",
                                                      "body.idf_coverage",
                                                      "body.density",
                                                      "body.length",
                                                      "body.exact_match",
                                                      "value.popularity",
                                                      "value.price"});
}

TEST_CASE("all features are the default ones and the classic ones", "[plugin][feature_schema]") {
  const Names all = all_features(fields(), values());
  CHECK(all.size() == 3 + 21 + 12 + 2);
  for (const std::string& name : default_features(fields(), values()))
    CHECK(std::count(all.begin(), all.end(), name) == 1);
  for (const char* name : {"first_stage.log_rank", "body.dirichlet", "title.jelinek_mercer", "body.tf_idf",
                           "title.log_wdf", "title.idf_sum", "body.min_wdf"}) {
    CHECK(std::count(all.begin(), all.end(), name) == 1);
  }
  CHECK(parse_features(schema_of(all)).size() == all.size());
}

TEST_CASE("a schema is read back as it was written", "[plugin][feature_schema]") {
  FeatureSchema schema = schema_of({"title.bm25", "value.popularity", "first_stage.score"});
  schema.fields[1].prefix = "XÉ\"\\";
  const std::string json = schema_to_json(schema);
  const FeatureSchema read = schema_from_json(json, "origin");

  CHECK(schema_to_json(read) == json);
  CHECK(read.version == FeatureSchema::kVersion);
  CHECK(read.stemmer == "english");
  CHECK(read.features == schema.features);
  REQUIRE(read.fields.size() == 2);
  CHECK(read.fields[0].name == "title");
  CHECK(read.fields[0].prefix == "S");
  CHECK(read.fields[0].length_slot == 1);
  CHECK(read.fields[0].text_slot == 2);
  CHECK(read.fields[0].average_length == 6.5);
  CHECK(read.fields[1].prefix == "XÉ\"\\");
  CHECK(read.fields[1].length_slot == Xapian::BAD_VALUENO);
  CHECK(read.fields[1].text_slot == Xapian::BAD_VALUENO);
  REQUIRE(read.values.size() == 2);
  CHECK(read.values[0].name == "popularity");
  CHECK(read.values[0].slot == 3);
  CHECK(read.values[0].transform == Transform::log);
  CHECK(read.values[1].transform == Transform::identity);
}

TEST_CASE("schema_from_json refuses what is no schema, and says where", "[plugin][feature_schema]") {
  const std::string good = schema_to_json(schema_of({"title.bm25"}));
  const auto refused = [](const std::string& json) {
    CAPTURE(json);
    CHECK_THROWS_MATCHES(
        schema_from_json(json, "m.bin"), FormatError,
        Catch::Matchers::Predicate<FormatError>(
            [](const FormatError& error) { return std::string(error.what()).rfind("m.bin: ", 0) == 0; },
            "begins with the origin"));
  };
  for (std::size_t size = 0; size < good.size(); ++size) refused(good.substr(0, size));
  for (const char* json : {"[]", "7", "null", "\"schema\""}) refused(json);
  for (const char* key : {"version", "stemmer", "fields", "values", "features", "prefix", "length_slot", "text_slot",
                          "average_length", "slot", "transform"}) {
    refused(altered(good, '"' + std::string(key) + '"', "\"other\""));
  }
  refused(altered(good, "\"stemmer\":\"english\"", "\"stemmer\":7"));
  refused(altered(good, "\"prefix\":\"S\"", "\"prefix\":null"));
  refused(altered(good, "\"length_slot\":1", "\"length_slot\":\"1\""));
  refused(altered(good, "\"average_length\":6.5", "\"average_length\":null"));
  refused(altered(good, "[\"title.bm25\"]", "[1]"));
  refused(altered(good, "[\"title.bm25\"]", "\"title.bm25\""));
  refused(altered(good, "\"transform\":\"log\"", "\"transform\":\"sqrt\""));
}

TEST_CASE("schema_from_json names the version that it does not read", "[plugin][feature_schema]") {
  const std::string good = schema_to_json(schema_of({}));
  for (const std::string other : {"0", "3"}) {
    CHECK_THROWS_MATCHES(schema_from_json(altered(good, "\"version\":1", "\"version\":" + other), "m.bin"), FormatError,
                         Message("m.bin: feature schema version " + other + ", but this build reads versions 1 to 2"));
  }
}

TEST_CASE("a schema says which field and value are from clicks, and has features of their own for the field",
          "[plugin][feature_schema]") {
  FeatureSchema schema = schema_of({});
  CHECK_THAT(schema_to_json(schema), !Contains("from_clicks"));
  for (const std::string& name : all_features(schema.fields, schema.values))
    CHECK_THAT(name, !Contains("_share") || Contains("fuzzy_share") || Contains("part_share"));
  schema.version = FeatureSchema::kVersionWithClicks;
  schema.fields.push_back({"clicked", "XCLICKED", 7, Xapian::BAD_VALUENO, 2.0, true});
  schema.values.push_back({"clicks", 8, Transform::identity, true});
  schema.features = {"clicked.coverage", "clicked.click_share", "clicked.word_share", "value.clicks"};
  const FeatureSchema read = schema_from_json(schema_to_json(schema), "origin");
  CHECK(read.version == FeatureSchema::kVersionWithClicks);
  CHECK(read.fields.back().from_clicks);
  CHECK_FALSE(read.fields.front().from_clicks);
  CHECK(read.values.back().from_clicks);
  CHECK_FALSE(read.values.front().from_clicks);
  CHECK(parse_features(read).size() == 4);
  for (const char* name : {"clicked.dirichlet", "clicked.min_wdf", "title.click_share", "title.word_share"}) {
    schema.features = {name};
    CHECK_THROWS_AS(parse_features(schema), FormatError);
  }
  const std::vector<std::string> lean = default_features(schema.fields, schema.values);
  CHECK(std::count(lean.begin(), lean.end(), "clicked.word_share") == 1);
}

TEST_CASE("a context's value is a feature, whatever fields are called", "[plugin][feature_schema][context]") {
  FeatureSchema schema = schema_of(
      {"context.bm25", "context.device=mobile", "context.segment=a=b c.d", "query.length", "context.device=tablet"});
  schema.fields[1].name = "context";
  const std::vector<FeatureColumn> columns = parse_features(schema);
  CHECK(columns[0].source == FeatureSource::field);
  CHECK(columns[0].index == 1);
  CHECK(columns[1].source == FeatureSource::context);
  CHECK(columns[1].context == "device");
  CHECK(columns[1].context_value == "mobile");
  CHECK(columns[2].context == "segment");
  CHECK(columns[2].context_value == "a=b c.d");
  CHECK(context_feature("segment", "a=b c.d") == schema.features[2]);
  CHECK(context_names(schema) == Names{"device", "segment"});
  const SearchContext known = known_context(schema, {{"device", "tablet"}, {"segment", "x"}, {"other", "mobile"}});
  CHECK(known == SearchContext{{"device", "tablet"}});
  CHECK(context_names(schema_from_json(schema_to_json(schema), "origin")) == Names{"device", "segment"});
  CHECK(context_names(schema_of({"title.bm25", "1"})).empty());
}

TEST_CASE("names that no context may have are refused", "[plugin][feature_schema][context]") {
  for (const char* name : {"device", "ab_group", "Gerät"}) CHECK(why_no_context_name(name).empty());
  for (const char* name : {"", "a b", "a=b", "a.b", "a;b", "a:b", "a\nb", "a\x7f"})
    CHECK(!why_no_context_name(name).empty());
  CHECK_THROWS_MATCHES(parse_features(schema_of({"context.=x"})), FormatError,
                       Message("feature 'context.=x': the name of its context is empty"));
  CHECK_THROWS_AS(parse_features(schema_of({"context.a b=x"})), FormatError);
}

}  // namespace irgan::feature_schema_test
