/// Reads how the concepts of a query occur in one field of its candidates: what features and distillation compare.
#pragma once

#include <string>
#include <vector>

#include <xapian.h>

#include "irgan/query_concepts.h"
#include "plugin/src/field_features.h"

namespace irgan {

/// Returns everything of a FieldMatch but the lengths.
///
/// with_collection: whether collection_probability is wanted too; else it is 1
/// Requires: docids ascending
/// Cost:     a posting list a word, skipped through
IRGAN_API FieldMatch read_field(const Xapian::Database& db, const TextField& field,
                                const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                                bool with_collection);

/// Returns how many documents hold a word under `prefix`, in the form in which the index has it.
IRGAN_API Xapian::doccount word_frequency(const Xapian::Database& db, const std::string& prefix, const ConceptWord& word);

}  // namespace irgan
