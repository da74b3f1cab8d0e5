/// The contract between training and serving: which features, in which order, computed from what.
#pragma once

#include <xapian.h>

#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"
#include "irgan/field_feature.h"
#include "irgan/search_context.h"

namespace irgan {

/// A searchable text field of an index, and what the index stores about it.
struct TextField {
  std::string name;    ///< "title"; unique, no dots or white space
  std::string prefix;  ///< term prefix, "S"; empty for text indexed without one
  Xapian::valueno length_slot =
      Xapian::BAD_VALUENO;                          ///< field length in words; without one the document's length serves
  Xapian::valueno text_slot = Xapian::BAD_VALUENO;  ///< the field's text, for features that compare characters
  double average_length = 0.0;                      ///< words a document, over the index that the schema was made from
  /// The words of the queries that led to clicks on the document, which `annotate --clicks` writes. A document without
  /// a length is one that the log has never seen: all features of the field are missing.
  bool from_clicks = false;
};

/// How a number out of a value slot becomes a feature.
enum class Transform {
  identity,
  log,  ///< sign(x) log(1 + |x|): for counts and prices, whose ratios matter more than their differences
};

/// A number that documents carry in a value slot: a prior such as popularity, price or date.
struct ValueField {
  std::string name;  ///< "popularity"; unique, no dots or white space
  Xapian::valueno slot = Xapian::BAD_VALUENO;
  Transform transform = Transform::identity;
  bool from_clicks = false;  ///< a log's clicks made it
};

/// The ordered list of features with all that is needed to compute them.
///
/// A schema with fields and values describes features that FeatureExtractor computes from a Xapian index. One made
/// from ready-made rows (a LETOR file) only names its columns, "1", "2", ...; it cannot be extracted.
struct FeatureSchema {
  static constexpr int kVersion = 1;
  static constexpr int kVersionWithClicks = 2;  ///< of schemas with a field or value from clicks

  int version = kVersion;
  std::string stemmer = "none";  ///< language of Xapian::Stem that the index's Z terms were made with
  std::vector<TextField> fields;
  std::vector<ValueField> values;
  std::vector<std::string> features;  ///< column order: "first_stage.score", "title.bm25", "value.popularity", ...
};

/// Returns the term prefixes of the schema's text fields, in their order.
IRGAN_API std::vector<std::string> field_prefixes(const FeatureSchema& schema);

/// The name of FeatureSource::generator_score.
inline constexpr const char* kGeneratorScore = "generator.score";

/// Where a feature's number comes from.
enum class FeatureSource {
  first_stage_score,  ///< the weight that the site's own search gave; "first_stage.score"
  first_stage_rank,   ///< log(rank), rank 1-based, missing where the score is; "first_stage.log_rank"
  generator_score,    ///< g(q, d) of the generator over the whole collection; "generator.score"
  query_length,       ///< number of distinct concepts; "query.length"
  context,            ///< 1 if the search's context has the value, else 0; "context.<name>=<value>"
  field,              ///< "<field>.<FieldFeature>"
  value,              ///< "value.<name>"
};

/// A feature's name, taken apart.
struct FeatureColumn {
  FeatureSource source = FeatureSource::first_stage_score;
  std::size_t index = 0;  ///< into FeatureSchema::fields or ::values
  FieldFeature field_feature = FieldFeature::bm25;
  std::string context = {};        ///< name of FeatureSource::context
  std::string context_value = {};  ///< and its value
};

/// Returns the columns of `schema` in order.
///
/// Throws: FormatError naming the first feature that this build cannot extract.
IRGAN_API std::vector<FeatureColumn> parse_features(const FeatureSchema& schema);

/// Returns the numbers of the columns that are made of clicks, in order.
IRGAN_API std::vector<std::size_t> columns_from_clicks(const FeatureSchema& schema);

/// Returns the name of the feature that says whether a search's context has that value: "context.device=mobile".
IRGAN_API std::string context_feature(const std::string& name, const std::string& value);

/// Returns what keeps `name` from being that of a context, in words; empty: nothing does.
IRGAN_API std::string why_no_context_name(const std::string& name);

/// Returns the names of the contexts that are among the features, each once, in their order.
IRGAN_API std::vector<std::string> context_names(const FeatureSchema& schema);

/// Returns what of `context` the schema has features of.
IRGAN_API SearchContext known_context(const FeatureSchema& schema, const SearchContext& context);

/// Returns the names of the lean default features for `fields` and `values`, the first field being the title.
///
/// Classic scores that were found redundant beside each other are left out.
IRGAN_API std::vector<std::string> default_features(const std::vector<TextField>& fields,
                                                    const std::vector<ValueField>& values);

/// Returns every feature that this build can extract for `fields` and `values`.
IRGAN_API std::vector<std::string> all_features(const std::vector<TextField>& fields,
                                                const std::vector<ValueField>& values);

/// Schemas travel as JSON, in models and in the first line of feature files.
IRGAN_API std::string schema_to_json(const FeatureSchema& schema);

/// Throws: FormatError beginning with `origin` if the text is no schema of a version that this build reads.
IRGAN_API FeatureSchema schema_from_json(std::string_view json, const std::string& origin);

}  // namespace irgan
