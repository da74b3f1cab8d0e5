/// What features read of an index, wherever it stands.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/feature_schema.h"
#include "plugin/src/features/text_similarity.h"

namespace irgan {

/// All that one search's features will ask for.
struct ReadingList {
  std::vector<std::vector<std::string>> words;  ///< the forms of each word (indexed_forms)
  std::vector<Xapian::valueno> slots;
};

/// Reads an index for one search. Slots, lengths and wdfs come for many documents at once.
///
/// Requires: docids ascend, in every call
/// Throws:   Xapian::DatabaseModifiedError if the index moved on; a reader's prepare() and constructor say what else
/// Threads:  one, as its Database
class IRGAN_API IndexReader {
 public:
  virtual ~IndexReader() = default;

  /// Says what will be asked for. Only a reader that gains by asking for all at once calls its argument.
  virtual void prepare(const std::function<ReadingList()>& /*list*/) {}
  /// The same of terms of which frequency() alone will be asked for.
  virtual void prepare_frequencies(const std::function<std::vector<std::string>()>& /*terms*/) {}

  /// IndexState::text of the state that is read.
  virtual std::string state() const = 0;
  virtual Xapian::doccount num_documents() const = 0;

  /// Adds each document's within-document frequency of `term` to `wdfs`, which has an entry a document. Returns how
  /// many documents of the index have the term.
  virtual Xapian::doccount add_wdfs(const std::string& term, const std::vector<Xapian::docid>& docids,
                                    Eigen::Ref<Eigen::VectorXd> wdfs) const = 0;
  /// Returns how many documents have `term`.
  virtual Xapian::doccount frequency(const std::string& term) const = 0;
  /// Returns how often `term` occurs in all documents together.
  virtual Xapian::termcount collection_frequency(const std::string& term) const = 0;

  /// Returns each document's number in each of `slots`; NaN where it has none.
  ///
  /// Shapes: documents x slots
  virtual Eigen::MatrixXd slot_numbers(const std::vector<Xapian::valueno>& slots,
                                       const std::vector<Xapian::docid>& docids) const = 0;
  /// Returns each document's text in `slot`, made ready for comparison; without trigrams where it has none.
  virtual ComparableTexts slot_texts(Xapian::valueno slot, const std::vector<Xapian::docid>& docids) const = 0;
  /// Returns each document's length in terms, all fields together; NaN for a document that is gone.
  virtual Eigen::VectorXd document_lengths(const std::vector<Xapian::docid>& docids) const = 0;

  /// Returns the words of each of `fields` in each document, counted from its terms; NaN for a document that is gone.
  ///
  /// Cost: the terms of each document
  virtual std::vector<std::vector<double>> field_lengths(const std::vector<TextField>& fields,
                                                         const std::vector<Xapian::docid>& docids) const = 0;

  /// What numbered the words of slot_texts(): numbers of the same one can be compared. Null where words have no
  /// numbers.
  virtual std::shared_ptr<const void> word_numbers() const { return nullptr; }
};

}  // namespace irgan
