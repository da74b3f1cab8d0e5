#include "irgan/feature_schema.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "plugin/src/features/bounded_json.h"

namespace irgan {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<FieldFeature, const char*>, 23> kFieldFeatures{{
    {FieldFeature::bm25, "bm25"},
    {FieldFeature::coverage, "coverage"},
    {FieldFeature::idf_coverage, "idf_coverage"},
    {FieldFeature::density, "density"},
    {FieldFeature::length, "length"},
    {FieldFeature::exact_match, "exact_match"},
    {FieldFeature::click_share, "click_share"},
    {FieldFeature::word_share, "word_share"},
    {FieldFeature::trigram_jaccard, "trigram_jaccard"},
    {FieldFeature::trigram_coverage, "trigram_coverage"},
    {FieldFeature::joined_match, "joined_match"},
    {FieldFeature::prefix_match, "prefix_match"},
    {FieldFeature::fuzzy_coverage, "fuzzy_coverage"},
    {FieldFeature::fuzzy_share, "fuzzy_share"},
    {FieldFeature::part_share, "part_share"},
    {FieldFeature::number_match, "number_match"},
    {FieldFeature::number_surplus, "number_surplus"},
    {FieldFeature::dirichlet, "dirichlet"},
    {FieldFeature::jelinek_mercer, "jelinek_mercer"},
    {FieldFeature::tf_idf, "tf_idf"},
    {FieldFeature::log_wdf, "log_wdf"},
    {FieldFeature::idf_sum, "idf_sum"},
    {FieldFeature::min_wdf, "min_wdf"},
}};

constexpr const char* kFirstStageScore = "first_stage.score";
constexpr const char* kFirstStageRank = "first_stage.log_rank";
constexpr const char* kQueryLength = "query.length";
constexpr const char* kValuePrefix = "value.";
constexpr std::string_view kContextPrefix = "context.";

// Parts and numbers: no gain on msrd's validation queries beside the words themselves. From dirichlet on: classic
// scores, found redundant beside each other.
bool is_by_name_only(FieldFeature feature) { return feature >= FieldFeature::part_share; }

// Clicked queries' words are there or not: what reads how often adds nothing. Shares of clicks are theirs alone.
bool is_offered(const TextField& field, FieldFeature feature) {
  const bool is_share = feature == FieldFeature::click_share || feature == FieldFeature::word_share;
  return field.from_clicks ? feature <= FieldFeature::word_share : !is_share;
}

template <class Items>
std::size_t index_of(const Items& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return static_cast<std::size_t>(found - items.begin());
}

FeatureColumn parse_field_feature(const FeatureSchema& schema, const std::string& name) {
  const std::size_t dot = name.find('.');
  FeatureColumn column{FeatureSource::field, index_of(schema.fields, name.substr(0, dot)), FieldFeature::bm25};
  const std::string kind = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto known =
      std::find_if(kFieldFeatures.begin(), kFieldFeatures.end(), [&](const auto& row) { return kind == row.second; });
  if (column.index == schema.fields.size() || known == kFieldFeatures.end() ||
      !is_offered(schema.fields[column.index], known->first)) {
    throw FormatError("feature '" + name + "' cannot be extracted from an index by this build");
  }
  column.field_feature = known->first;
  if (compares_text(known->first) && schema.fields[column.index].text_slot == Xapian::BAD_VALUENO) {
    throw FormatError("feature '" + name + "' needs the field's text in a value slot, and the schema names none");
  }
  return column;
}

// Nothing if the feature is no context's: a field may be called "context", but no feature of a field has a "=".
std::optional<FeatureColumn> parse_context(const std::string& name) {
  const std::size_t equals = name.find('=');
  if (name.compare(0, kContextPrefix.size(), kContextPrefix) != 0 || equals == std::string::npos) return std::nullopt;
  FeatureColumn column{FeatureSource::context};
  column.context = name.substr(kContextPrefix.size(), equals - kContextPrefix.size());
  column.context_value = name.substr(equals + 1);
  const std::string why_not = why_no_context_name(column.context);
  if (!why_not.empty()) throw FormatError("feature '" + name + "': the name of its context " + why_not);
  return column;
}

std::vector<std::string> feature_names(const std::vector<TextField>& fields, const std::vector<ValueField>& values,
                                       bool all) {
  std::vector<std::string> names{kFirstStageScore};
  if (all) names.emplace_back(kFirstStageRank);
  names.emplace_back(kQueryLength);
  for (const TextField& field : fields) {
    for (const auto& [feature, name] : kFieldFeatures) {
      if (compares_text(feature) && field.text_slot == Xapian::BAD_VALUENO) continue;
      if (is_by_name_only(feature) && !all) continue;
      if (!is_offered(field, feature)) continue;
      names.push_back(field.name + "." + name);
    }
  }
  for (const ValueField& value : values) names.push_back(kValuePrefix + value.name);
  return names;
}

// Xapian::BAD_VALUENO travels as JSON null.
json slot_to_json(Xapian::valueno slot) { return slot == Xapian::BAD_VALUENO ? json(nullptr) : json(slot); }

Xapian::valueno slot_from_json(const json& slot) {
  return slot.is_null() ? Xapian::BAD_VALUENO : whole_number<Xapian::valueno>(slot);
}

}  // namespace

std::vector<std::string> field_prefixes(const FeatureSchema& schema) {
  std::vector<std::string> prefixes;
  for (const TextField& field : schema.fields) prefixes.push_back(field.prefix);
  return prefixes;
}

std::vector<FeatureColumn> parse_features(const FeatureSchema& schema) {
  std::vector<FeatureColumn> columns;
  columns.reserve(schema.features.size());
  for (const std::string& name : schema.features) {
    if (name == kFirstStageScore) {
      columns.push_back({FeatureSource::first_stage_score});
    } else if (name == kFirstStageRank) {
      columns.push_back({FeatureSource::first_stage_rank});
    } else if (name == kGeneratorScore) {
      columns.push_back({FeatureSource::generator_score});
    } else if (name == kQueryLength) {
      columns.push_back({FeatureSource::query_length});
    } else if (name.rfind(kValuePrefix, 0) == 0) {
      const std::size_t index = index_of(schema.values, name.substr(std::string(kValuePrefix).size()));
      if (index == schema.values.size()) throw FormatError("feature '" + name + "' names no value of the schema");
      columns.push_back({FeatureSource::value, index});
    } else if (std::optional<FeatureColumn> context = parse_context(name)) {
      columns.push_back(*std::move(context));
    } else {
      columns.push_back(parse_field_feature(schema, name));
    }
  }
  return columns;
}

std::vector<std::size_t> columns_from_clicks(const FeatureSchema& schema) {
  std::vector<std::string> beginnings;
  for (const TextField& field : schema.fields) {
    if (field.from_clicks) beginnings.push_back(field.name + '.');
  }
  for (const ValueField& value : schema.values) {
    if (value.from_clicks) beginnings.push_back(kValuePrefix + value.name);
  }
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < schema.features.size(); ++column) {
    const std::string& name = schema.features[column];
    const bool is_from_clicks = std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& beginning) {
      return beginning.back() == '.' ? name.rfind(beginning, 0) == 0 : name == beginning;
    });
    if (is_from_clicks) columns.push_back(column);
  }
  return columns;
}

std::string context_feature(const std::string& name, const std::string& value) {
  return std::string(kContextPrefix) + name + '=' + value;
}

std::string why_no_context_name(const std::string& name) {
  if (name.empty()) return "is empty";
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte > ' ' && byte != 0x7F && letter != '=' && letter != '.' && letter != ';' && letter != ':';
  });
  return is_plain ? "" : "has a blank, a control character, or one of = . ; :";
}

std::vector<std::string> context_names(const FeatureSchema& schema) {
  std::vector<std::string> names;
  for (const std::string& feature : schema.features) {
    const std::optional<FeatureColumn> column = parse_context(feature);
    if (column && std::find(names.begin(), names.end(), column->context) == names.end())
      names.push_back(column->context);
  }
  return names;
}

SearchContext known_context(const FeatureSchema& schema, const SearchContext& context) {
  SearchContext known;
  for (const auto& [name, value] : context) {
    const std::string feature = context_feature(name, value);
    if (std::find(schema.features.begin(), schema.features.end(), feature) != schema.features.end())
      known.emplace(name, value);
  }
  return known;
}

std::vector<std::string> default_features(const std::vector<TextField>& fields, const std::vector<ValueField>& values) {
  return feature_names(fields, values, false);
}

std::vector<std::string> all_features(const std::vector<TextField>& fields, const std::vector<ValueField>& values) {
  return feature_names(fields, values, true);
}

std::string schema_to_json(const FeatureSchema& schema) {
  json fields = json::array();
  for (const TextField& field : schema.fields) {
    fields.push_back({{"name", field.name},
                      {"prefix", field.prefix},
                      {"length_slot", slot_to_json(field.length_slot)},
                      {"text_slot", slot_to_json(field.text_slot)},
                      {"average_length", field.average_length}});
    if (field.from_clicks) fields.back()["from_clicks"] = true;
  }
  json values = json::array();
  for (const ValueField& value : schema.values) {
    values.push_back({{"name", value.name},
                      {"slot", slot_to_json(value.slot)},
                      {"transform", value.transform == Transform::log ? "log" : "identity"}});
    if (value.from_clicks) values.back()["from_clicks"] = true;
  }
  return json{{"version", schema.version},
              {"stemmer", schema.stemmer},
              {"fields", fields},
              {"values", values},
              {"features", schema.features}}
      .dump();
}

FeatureSchema schema_from_json(std::string_view text, const std::string& origin) {
  try {
    const json document = parse_json(text, origin);
    FeatureSchema schema;
    schema.version = whole_number<int>(document.at("version"));
    if (schema.version < FeatureSchema::kVersion || schema.version > FeatureSchema::kVersionWithClicks) {
      throw FormatError(origin + ": feature schema version " + std::to_string(schema.version) +
                        ", but this build reads versions " + std::to_string(FeatureSchema::kVersion) + " to " +
                        std::to_string(FeatureSchema::kVersionWithClicks));
    }
    schema.stemmer = document.at("stemmer").get<std::string>();
    for (const json& field : document.at("fields")) {
      schema.fields.push_back({field.at("name").get<std::string>(), field.at("prefix").get<std::string>(),
                               slot_from_json(field.at("length_slot")), slot_from_json(field.at("text_slot")),
                               field.at("average_length").get<double>(), field.value("from_clicks", false)});
    }
    for (const json& value : document.at("values")) {
      const std::string transform = value.at("transform").get<std::string>();
      if (transform != "log" && transform != "identity") {
        throw FormatError(origin + ": the feature schema has an unknown transform: " + transform);
      }
      schema.values.push_back({value.at("name").get<std::string>(), slot_from_json(value.at("slot")),
                               transform == "log" ? Transform::log : Transform::identity,
                               value.value("from_clicks", false)});
    }
    schema.features = document.at("features").get<std::vector<std::string>>();
    return schema;
  } catch (const json::exception& error) {
    throw FormatError(origin + ": not a feature schema: " + error.what());
  }
}

}  // namespace irgan
