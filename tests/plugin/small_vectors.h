/// Vectors of two numbers for the words of a small index.
#pragma once

#include <xapian.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "irgan/collection_vectors.h"
#include "plugin/src/features/unique_ids.h"
#include "plugin/src/vectors/vector_parts.h"

namespace irgan {

/// Returns vectors of the stems that `words` has, and of the documents 1 to `last` of `db` by them. A word's two
/// numbers are up to 127.
///
/// with_ids: whether they hold the documents' ids, where the index has a slot for them
inline VectorParts small_vector_parts(const Xapian::Database& db,
                                      const std::map<std::string, std::array<std::int8_t, 2>>& words,
                                      Xapian::docid last, bool with_ids = true) {
  VectorParts parts;
  parts.facts.index_uuid = db.get_uuid();
  parts.facts.stemmer = "english";
  parts.facts.term_prefixes = {"Z"};
  parts.dimensions = 2;
  for (const auto& [word, numbers] : words) {
    parts.terms.push_back(word);
    parts.term_numbers.insert(parts.term_numbers.end(), numbers.begin(), numbers.end());
    parts.term_scales.push_back(0.01F);
  }
  const auto terms = CollectionVectors::from_bytes(encode_vectors(parts), "terms");
  const Xapian::valueno id_slot = with_ids ? id_slot_of(db) : Xapian::BAD_VALUENO;
  for (Xapian::docid docid = 1; docid <= last; ++docid) {
    const ByteRow row = terms->row_of_terms(db, docid);
    parts.docids.push_back(docid);
    if (id_slot != Xapian::BAD_VALUENO) parts.id_terms.push_back(db.get_document(docid).get_value(id_slot));
    parts.document_numbers.insert(parts.document_numbers.end(), row.numbers.begin(), row.numbers.end());
    parts.document_scales.push_back(row.scale);
  }
  return parts;
}
inline std::shared_ptr<const CollectionVectors> small_vectors(
    const Xapian::Database& db, const std::map<std::string, std::array<std::int8_t, 2>>& words, Xapian::docid last,
    bool with_ids = true) {
  return CollectionVectors::from_bytes(encode_vectors(small_vector_parts(db, words, last, with_ids)), "vectors");
}

}  // namespace irgan
