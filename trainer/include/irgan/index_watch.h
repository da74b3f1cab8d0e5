/// Reads an index that another program writes to.
#pragma once

#include <xapian.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Begins again where the index moved on under a piece of work, and keeps account of it.
///
/// A reader loses its revision of an index at the second commit after it was opened. What is read piece by piece, a
/// query each, then is reopened and goes on: each piece sees one state of the index, different pieces may see different
/// ones. Docids of one piece mean nothing to another.
///
/// Threads: safe to share; each brings a Database of its own
class IRGAN_API IndexWatch {
 public:
  /// How often one piece of work is begun again before the reader gives up: beside a program that commits many times a
  /// second no piece may ever end.
  static constexpr int kMostReopenings = 100;

  /// Watches nothing yet: what is read is begun again, but not compared with the beginning.
  IndexWatch() = default;
  /// Watches the index that `db`, opened from `paths`, is now.
  IndexWatch(const Xapian::Database& db, const std::vector<std::string>& paths);

  /// Returns what `work` returns, which is called again, `db` reopened, as long as it throws DatabaseModifiedError.
  ///
  /// Throws: Error naming the index if it is given up, or if it was rebuilt or got another layout meanwhile; what
  ///         `work` throws
  template <class Work>
  auto read(Xapian::Database db, Work&& work) -> decltype(work()) {
    for (int reopenings = 0;; ++reopenings) {
      try {
        return work();
      } catch (const Xapian::DatabaseModifiedError&) {
        reopen(db, reopenings);
      }
    }
  }

  std::size_t num_reopenings() const { return num_reopenings_; }
  /// Returns how many documents there were at the last reopening, less those at the beginning.
  long num_documents_gained() const;
  /// Returns a sentence on both; empty if nothing was reopened.
  std::string account() const;

 private:
  void reopen(Xapian::Database& db, int reopenings);

  std::string name_ = "the index";
  std::string uuid_;  // empty: nothing is watched
  std::string layout_;
  Xapian::doccount first_ = 0;
  std::atomic<Xapian::doccount> last_{0};
  std::atomic<std::size_t> num_reopenings_{0};
};

}  // namespace irgan
