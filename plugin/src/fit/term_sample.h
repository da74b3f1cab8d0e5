/// The terms of a few documents, the same ones as long as an index does not change.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <vector>

#include "irgan/feature_schema.h"

namespace irgan {

/// What documents that stand evenly over an index have of the fields of a schema. So few tell whether a field is there,
/// and not whether 31 or 33 % have it.
class TermSample {
 public:
  static constexpr std::size_t kMostDocuments = 32;

  /// Cost: the terms of kMostDocuments documents, of each up to the first words without a prefix
  TermSample(const Xapian::Database& db, const FeatureSchema& schema);

  std::size_t num_documents() const { return num_documents_; }
  /// Returns the share of the documents that have words of the field.
  double terms(std::size_t field) const;
  /// Returns the share of the words whose document has their stem, too; NaN of too few words.
  double stems() const;

 private:
  void add(const Xapian::Database& db, Xapian::docid docid, const FeatureSchema& schema, const Xapian::Stem& stem);

  std::size_t num_documents_ = 0;
  std::vector<std::size_t> num_with_terms_;  // a field each
  std::size_t num_words_ = 0;
  std::size_t num_stemmed_ = 0;
};

}  // namespace irgan
