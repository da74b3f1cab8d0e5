/// Reads how the concepts of a query occur in one field of its candidates: what features and distillation compare.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/feature_schema.h"
#include "irgan/query_concepts.h"
#include "plugin/src/features/field_features.h"
#include "plugin/src/features/index_reader.h"

namespace irgan {

/// Returns the terms that a word may stand as under `prefix`, of which the index's first one counts: Z and the stem,
/// else the word itself (capitalised words, digits, n-grams, and every word of an index made without a stemmer), else
/// the bare stem.
std::vector<std::string> indexed_forms(const std::string& prefix, const ConceptWord& word);

/// Returns everything of a FieldMatch but the lengths.
///
/// with_collection: whether collection_probability is wanted too; else it is 1
/// Requires: docids ascending
/// Cost:     a posting list a word, skipped through
IRGAN_API FieldMatch read_field(const IndexReader& index, const TextField& field,
                                const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                                bool with_collection);

/// Returns how many documents hold a word under `prefix`, in the form in which the index has it.
Xapian::doccount word_frequency(const IndexReader& index, const std::string& prefix, const ConceptWord& word);

}  // namespace irgan
