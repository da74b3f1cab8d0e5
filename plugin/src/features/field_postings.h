/// Reads how the concepts of a query occur in one field of its candidates: what features and distillation compare.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/query_concepts.h"
#include "plugin/src/features/field_features.h"

namespace irgan {

/// Reads what an index says of terms.
class TermReader {
 public:
  virtual ~TermReader() = default;
  /// As add_wdfs of postings.h.
  virtual bool add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                        Eigen::Ref<Eigen::VectorXd> wdfs) const = 0;
  virtual Xapian::doccount frequency(const std::string& term) const = 0;
  virtual Xapian::termcount collection_frequency(const std::string& term) const = 0;
};

/// Returns the terms that a word may stand as under `prefix`, of which the index's first one counts: Z and the stem,
/// else the word itself (capitalised words, digits, n-grams, and every word of an index made without a stemmer), else
/// the bare stem.
std::vector<std::string> indexed_forms(const std::string& prefix, const ConceptWord& word);

/// Returns everything of a FieldMatch but the lengths.
///
/// with_collection: whether collection_probability is wanted too; else it is 1
/// Requires: docids ascending
/// Cost:     a posting list a word, skipped through
IRGAN_API FieldMatch read_field(const Xapian::Database& db, const TextField& field,
                                const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                                bool with_collection);

/// The same by `terms`, in an index of `num_documents`.
FieldMatch read_field(const TermReader& terms, double num_documents, const TextField& field,
                      const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                      bool with_collection);

/// Returns how many documents hold a word under `prefix`, in the form in which the index has it.
IRGAN_API Xapian::doccount word_frequency(const Xapian::Database& db, const std::string& prefix,
                                          const ConceptWord& word);
Xapian::doccount word_frequency(const TermReader& terms, const std::string& prefix, const ConceptWord& word);

}  // namespace irgan
