/// What a model knows of the index that it was trained on.
///
/// Plain values. index_fit.h compares them with an index as it stands.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace irgan {

/// Shares of an index's documents, from 0 to 1, that have what a text field's features read; NaN: not measured.
struct FieldShares {
  double terms = std::numeric_limits<double>::quiet_NaN();   ///< words of the field; of a sample
  double length = std::numeric_limits<double>::quiet_NaN();  ///< a value in its length slot; of all
  double text = std::numeric_limits<double>::quiet_NaN();    ///< a value in its text slot; of all
};

/// How much of what a feature schema reads an index has.
///
/// Shapes: fields, values: one entry each of the schema's
/// Units:  shares, from 0 to 1
struct IndexShares {
  std::vector<FieldShares> fields;  ///< in the order of FeatureSchema::fields
  std::vector<double> values;       ///< in the order of FeatureSchema::values; documents with a value; of all
  /// Of the sample's words, those whose document also has their stem by the schema's stemmer.
  double stems = std::numeric_limits<double>::quiet_NaN();
};

/// The index that a model was trained on, to notice when it is used on another.
struct IndexFacts {
  std::string uuid;  ///< of every shard, joined by ":"; empty for ready-made feature rows
  std::uint64_t num_documents = 0;
  double average_length = 0.0;        ///< terms a document, repeated ones counted
  std::string id_prefix;              ///< of the unique-id terms; empty: document ids are docids
  std::optional<IndexShares> shares;  ///< older models do not know them
};

}  // namespace irgan
