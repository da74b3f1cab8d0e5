/// The Enquire objects that are alive in the program that we run in.
#pragma once

#include <map>
#include <memory>

#include "plugin/preload/live_search.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {

/// Copies of an Enquire share their internals, and so one LiveSearch; it ends with the last of them.
///
/// Threads: safe
class LiveEnquires {
 public:
  /// Returns those of this process, never destroyed: programs destroy an Enquire until the very end.
  static LiveEnquires& of_process();

  /// An Enquire was made for `db`. A WritableDatabase is not kept, since every copy of it holds the write lock: its
  /// searches are left alone.
  void made(const Xapian::Enquire& enquire, const Xapian::Database& db);
  /// An Enquire was made that shares another's internals.
  void copied(const Xapian::Enquire& enquire);
  /// An Enquire is about to let go of its internals.
  void leaving(const Xapian::Enquire& enquire);

  /// Returns the search of `enquire`, or nothing if it is to be left alone.
  std::shared_ptr<LiveSearch> find(const Xapian::Enquire& enquire);

 private:
  struct Entry {
    std::shared_ptr<LiveSearch> search;
    std::size_t num_owners = 0;
  };

  ForkSafeMutex mutex_;
  std::map<const void*, Entry> entries_;  // by internals
};

}  // namespace irgan
