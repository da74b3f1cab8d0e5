/// Reads what an index stores about a sorted list of documents, each list of the index walked once.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Adds each document's within-document frequency of `term` to `wdfs`. Returns whether the index has the term at all.
///
/// Shapes:   wdfs: one entry a document, in the order of `docids`
/// Requires: docids ascending
/// Cost:     one posting list, skipped through
bool add_wdfs(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
              Eigen::Ref<Eigen::VectorXd> wdfs);

/// Sets `values` to `number` for each document that has `term`, whatever its wdf.
///
/// Shapes, requires, cost: as add_wdfs
void mark_documents(const Xapian::Database& db, const std::string& term, const std::vector<Xapian::docid>& docids,
                    double number, Eigen::Ref<Eigen::VectorXd> values);

/// Returns each document's length in terms, all fields together; NaN for a document that is gone.
///
/// Requires: docids ascending
/// Cost:     the all-documents posting list, skipped through (5 times cheaper than get_doclength a document)
IRGAN_API Eigen::VectorXd document_lengths(const Xapian::Database& db, const std::vector<Xapian::docid>& docids);

/// Returns the numbers that Xapian::sortable_serialise put into `slot`; NaN where a document has none.
///
/// Requires: docids ascending
Eigen::VectorXd slot_numbers(const Xapian::Database& db, Xapian::valueno slot,
                             const std::vector<Xapian::docid>& docids);

/// Returns the bytes in `slot`; empty where a document has none.
///
/// Requires: docids ascending
std::vector<std::string> slot_texts(const Xapian::Database& db, Xapian::valueno slot,
                                    const std::vector<Xapian::docid>& docids);

}  // namespace irgan
