/// Value slots and posting lists of an index in memory: most of the time that features take goes into looking them up
/// on disk.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>

#include "irgan/errors.h"

namespace irgan {

class ValueSnapshot;

/// Keeps the snapshots of the index's present state and of the one before, which threads that have not yet reopened
/// still search. One cache may serve several indexes, yet then they push each other out.
///
/// States are told apart by the index's uuid, revisions and totals, slots by their number of values and bounds too. An
/// index that is put back from a backup and then changed in another way can show the same of all these: restart
/// programs that run for long when you restore a backup.
///
/// Threads: safe to share
class IRGAN_API ValueCache {
 public:
  /// What both states may take, half of it each; what is beyond is read from the index. A number takes 8 bytes a
  /// document; the title of a document that was a candidate some two hundred, and fifteen more a letter; a word that
  /// was asked for 9 bytes a document that has it, in each field. The default holds the numbers of millions of
  /// documents, and the titles of some hundred thousand.
  static constexpr std::size_t kDefaultBytes = std::size_t{256} << 20;

  explicit ValueCache(std::size_t max_bytes = kDefaultBytes);
  ~ValueCache();

  /// Returns the snapshot of the state that `db` stands at; nothing where states cannot be told apart: remote shards
  /// and indexes in memory. A state must have been asked for a few times before a snapshot is begun, since filling it
  /// makes its first searches slower.
  ///
  /// Requires: db is no WritableDatabase, nor a copy of one, which may hold changes that have no state yet
  std::shared_ptr<ValueSnapshot> at(const Xapian::Database& db);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
