/// Reads what an index stores about a sorted list of documents: each list of the index walked once, or held in memory.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
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

/// The documents that have a term.
class PostingList {
 public:
  /// Reads the list of `term`, unless it is too long to be held.
  ///
  /// Throws: Xapian::DatabaseModifiedError if the index moved on
  PostingList(const Xapian::Database& db, const std::string& term);

  /// How many they are; 0: the index does not have the term.
  Xapian::doccount frequency() const { return frequency_; }
  bool is_held() const { return postings_.size() == frequency_; }
  /// What is held.
  std::size_t num_bytes() const;

  /// Adds each document's within-document frequency to `wdfs`.
  ///
  /// Requires: is_held(); docids ascending
  /// Cost:     a few steps a document, however long the list, where its docids are spread evenly
  void add_wdfs(const std::vector<Xapian::docid>& docids, Eigen::Ref<Eigen::VectorXd> wdfs) const;

 private:
  struct Posting {
    Xapian::docid docid;
    Xapian::termcount wdf;
  };

  void read(const Xapian::Database& db, const std::string& term);
  void find_begins();

  Xapian::doccount frequency_;
  std::vector<Posting> postings_;      // by docid
  unsigned shift_ = 0;                 // docids that are the same without their last bits, so many, stand together
  std::vector<std::uint32_t> begins_;  // where those docids begin among the postings, and at the end where all end
};

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

/// The same of several slots. Shapes: documents x slots
Eigen::MatrixXd slot_numbers(const Xapian::Database& db, const std::vector<Xapian::valueno>& slots,
                             const std::vector<Xapian::docid>& docids);

/// Returns the bytes in `slot`; empty where a document has none.
///
/// Requires: docids ascending
std::vector<std::string> slot_texts(const Xapian::Database& db, Xapian::valueno slot,
                                    const std::vector<Xapian::docid>& docids);

}  // namespace irgan
