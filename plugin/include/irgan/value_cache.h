/// Value slots of an index in memory: most of the time that features take goes into looking them up on disk.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <xapian.h>

#include "irgan/errors.h"

namespace irgan {

/// The slots of one state of an index, filled little by little by the searches that read them.
///
/// Threads: safe to share; each brings a Database of its own
class IRGAN_API ValueSnapshot {
 public:
  ValueSnapshot(Xapian::docid last_docid, std::size_t max_bytes);
  ~ValueSnapshot();

  /// Returns the number of each of `docids`, which ascend, in `slot`; NaN for documents without one.
  ///
  /// Throws: Xapian::DatabaseModifiedError if the index moved on
  Eigen::VectorXd numbers(const Xapian::Database& db, Xapian::valueno slot, const std::vector<Xapian::docid>& docids);
  /// Returns the text of each of `docids`, which ascend, in `slot`; empty for documents without one.
  ///
  /// Throws: as numbers
  std::vector<std::string> texts(const Xapian::Database& db, Xapian::valueno slot,
                                 const std::vector<Xapian::docid>& docids);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Keeps the snapshots of the index's present state and of the one before, which threads that have not yet reopened
/// still search. One cache may serve several indexes, yet then they push each other out.
///
/// Threads: safe to share
class IRGAN_API ValueCache {
 public:
  /// What the slots of one state may take; further ones are read from the index. A number takes 8 bytes a document, so
  /// that the default holds the seven numbers and the title of the demo's index up to two million documents or so.
  static constexpr std::size_t kDefaultBytes = std::size_t{256} << 20;

  explicit ValueCache(std::size_t max_bytes = kDefaultBytes);
  ~ValueCache();

  /// Returns the snapshot of the state that `db` stands at; nothing where states cannot be told apart: remote shards and
  /// indexes in memory. A state must have been asked for a few times before a snapshot is begun, since filling it
  /// makes its first searches slower.
  ///
  /// Requires: db is no WritableDatabase, nor a copy of one, which may hold changes that have no state yet
  std::shared_ptr<ValueSnapshot> at(const Xapian::Database& db);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
