/// The value slots of one state of an index, in memory.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "plugin/src/features/text_similarity.h"

namespace irgan {

/// Texts, a candidate each; valid as long as this object and the snapshot that it may point into.
struct ComparableTexts {
  ComparableTexts() = default;
  ComparableTexts(ComparableTexts&&) = default;  // a copy would point into the original
  ComparableTexts& operator=(ComparableTexts&&) = default;

  std::vector<ComparableText> own;
  std::vector<const ComparableText*> all;
};

/// Returns the text of each of `docids`, which ascend, in `slot` of the index, made ready for comparison.
ComparableTexts comparable_texts(const Xapian::Database& db, Xapian::valueno slot,
                                 const std::vector<Xapian::docid>& docids);

ComparableTexts comparable_texts(const std::vector<std::string>& texts);

/// The slots of one state of an index, filled little by little by the searches that read them.
///
/// Threads: safe to share; each brings a Database of its own
class ValueSnapshot {
 public:
  ValueSnapshot(std::string index_state, Xapian::docid last_docid, std::size_t max_bytes);
  ~ValueSnapshot();

  /// IndexState::text of the state that the snapshot is of.
  const std::string& index_state() const;

  /// Returns the number of each of `docids`, which ascend, in `slot`; NaN for documents without one.
  ///
  /// Throws: Xapian::DatabaseModifiedError if the index moved on
  Eigen::VectorXd numbers(const Xapian::Database& db, Xapian::valueno slot, const std::vector<Xapian::docid>& docids);
  /// Returns the text of each of `docids`, which ascend, in `slot`, made ready for comparison; without trigrams for
  /// documents without one. Words of texts that are in memory are numbered.
  ///
  /// Throws: as numbers
  ComparableTexts texts(const Xapian::Database& db, Xapian::valueno slot, const std::vector<Xapian::docid>& docids);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
