/// The field of clicked queries: what `annotate --clicks` writes into an index, and how features read it.
///
/// A document has, under the field's prefix, a term for each stem of the queries that led to clicks on it, and for each
/// of those queries and stems a term that names it (by a digest) and the document's share of its clicks (by its level).
/// Terms have no wdf: else they would add to the lengths of documents, and so change the site's own search.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <string>
#include <vector>

#include "irgan/feature_schema.h"
#include "irgan/query_concepts.h"
#include "plugin/src/features/field_features.h"

namespace irgan {

/// Returns the distinct stems of a query's concepts, sorted: queries with the same ones are the same query, whatever
/// their case, inflection and order of words. Of synonyms the first stands for all.
IRGAN_API std::vector<std::string> query_stems(const std::vector<QueryConcept>& concepts);

IRGAN_API std::string clicked_word_term(const std::string& prefix, const std::string& stem);

/// Returns the term for a document that got `share` of the query's clicks, or of those of queries with the stem; empty
/// if that is less than a two-hundredth.
///
/// Requires: 0 <= share <= 1
IRGAN_API std::string query_share_term(const std::string& prefix, const std::vector<std::string>& stems, double share);
IRGAN_API std::string word_share_term(const std::string& prefix, const std::string& stem, double share);

/// Whether `term` is one of query_share_term's.
IRGAN_API bool is_query_share_term(const std::string& prefix, const std::string& term);

/// Returns how the words of `concepts` occur in the field, wdf being 1 where they do; everything but the lengths.
///
/// num_documents: of the index that is searched, whatever `db` is
/// Requires: docids ascending
/// Cost:     a posting list a word, skipped through
FieldMatch read_clicked_words(const Xapian::Database& db, const TextField& field,
                              const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids,
                              Xapian::doccount num_documents);

/// Returns each document's share of the query's clicks, within a tenth of it: 0 for a document without one; NaN for all
/// if no document has one.
///
/// Requires: docids ascending
/// Cost:     up to 32 posting lists of the documents that were clicked for the query
Eigen::VectorXd query_shares(const Xapian::Database& db, const TextField& field,
                             const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids);

/// The same of the clicks of queries with a word, in the mean over those words of the query of which any document has
/// one.
Eigen::VectorXd word_shares(const Xapian::Database& db, const TextField& field,
                            const std::vector<QueryConcept>& concepts, const std::vector<Xapian::docid>& docids);

}  // namespace irgan
