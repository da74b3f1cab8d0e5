/// Posting lists of one state of an index, in memory.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugin/src/process/fork_gate.h"

namespace irgan {

/// The documents that have a term.
struct PostingList {
  Xapian::doccount frequency = 0;       ///< how many they are; 0: the index does not have the term
  std::vector<Xapian::docid> docids;    ///< ascending; none if the list is too long to be held
  std::vector<Xapian::termcount> wdfs;  ///< a document each

  bool is_held() const { return docids.size() == frequency; }
};

/// Adds each document's within-document frequency to `wdfs`, as the add_wdfs() of an index.
///
/// Requires: list.is_held(); docids ascending
void add_wdfs(const PostingList& list, const std::vector<Xapian::docid>& docids, Eigen::Ref<Eigen::VectorXd> wdfs);

/// The lists that searches asked for: queries share their words, and in each field that a word is looked up in its list
/// is looked up in the tree of the index, once for its frequency and once for its postings.
///
/// Threads: safe to share; each brings a Database of its own
class PostingLists {
 public:
  /// bytes_left: what lists may take, shared with others
  explicit PostingLists(std::atomic<std::ptrdiff_t>& bytes_left) : bytes_left_(bytes_left) {}

  /// Returns the list of `term`, valid as long as this object; null if there is no room for it. It is read whole when
  /// it is asked for first, unless it is too long.
  ///
  /// Throws: Xapian::DatabaseModifiedError if the index moved on
  const PostingList* at(const Xapian::Database& db, const std::string& term);

  /// The same of what was asked for before; null: it was not.
  const PostingList* known(const std::string& term);

 private:
  std::atomic<std::ptrdiff_t>& bytes_left_;
  ForkSafeMutex mutex_;
  std::unordered_map<std::string, PostingList> lists_;  // which stay
};

}  // namespace irgan
