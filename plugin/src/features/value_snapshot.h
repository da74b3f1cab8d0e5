/// What searches read of one state of an index, in memory: its value slots and posting lists.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "irgan/feature_schema.h"
#include "plugin/src/features/postings.h"
#include "plugin/src/features/text_similarity.h"

namespace irgan {

/// The slots and posting lists of one state of an index, filled little by little by the searches that read them.
///
/// Threads: safe to share; each brings a Database of its own
class ValueSnapshot {
 public:
  ValueSnapshot(std::string index_state, Xapian::docid last_docid, std::size_t max_bytes);
  ~ValueSnapshot();

  /// IndexState::text of the state that the snapshot is of.
  const std::string& index_state() const;

  /// Returns the number of each of `docids`, which ascend, in each of `slots`; NaN for documents without one. Slots
  /// that are asked for together stand together: most of what a number costs is its place in memory.
  ///
  /// Shapes: documents x slots
  /// Throws: Xapian::DatabaseModifiedError if the index moved on
  Eigen::MatrixXd numbers(const Xapian::Database& db, const std::vector<Xapian::valueno>& slots,
                          const std::vector<Xapian::docid>& docids);
  /// Returns the text of each of `docids`, which ascend, in `slot`, made ready for comparison; without trigrams for
  /// documents without one. Words of texts that are in memory are numbered.
  ///
  /// Throws: as numbers
  ComparableTexts texts(const Xapian::Database& db, Xapian::valueno slot, const std::vector<Xapian::docid>& docids);

  /// As IndexReader::field_lengths; documents that were asked about before are remembered.
  std::vector<std::vector<double>> field_lengths(const Xapian::Database& db, const std::vector<TextField>& fields,
                                                 const std::vector<Xapian::docid>& docids);

  /// Returns the posting list of `term`, valid as long as this object; null if there is no room for it. Queries share
  /// their words, and in each field where a word is looked up its list is looked for in the tree of the index, once for
  /// its frequency and once for its postings.
  ///
  /// Throws: as numbers
  const PostingList* posting_list(const Xapian::Database& db, const std::string& term);
  /// The same if it was asked for before, else null.
  const PostingList* known_posting_list(const std::string& term);

  /// As ids_of(); documents that were asked about before are remembered.
  std::vector<std::string> ids(const Xapian::Database& db, const std::string& prefix,
                               const std::vector<Xapian::docid>& docids);
  /// As docids_of(); ids that were asked about before are remembered, also those that no document has.
  std::vector<Xapian::docid> docids(const Xapian::Database& db, const std::string& prefix,
                                    const std::vector<std::string>& ids);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
