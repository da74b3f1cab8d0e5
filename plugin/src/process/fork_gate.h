/// Locks that a forked child finds open: a program may fork while other threads of it search.
#pragma once

#include <cstdint>
#include <mutex>

#include "irgan/errors.h"

namespace irgan {

/// While one lives, no other thread of this process is forked away: fork() waits until there is none. So a child finds
/// no lock held by a thread that it does not have, and no data half changed.
///
/// Requires: short work, without callbacks; passes of one thread may be nested
/// Threads:  many at once. A thread that forks while it has a pass itself does not wait for others
class IRGAN_API ForkPass {
 public:
  ForkPass();
  ~ForkPass();
  ForkPass(const ForkPass&) = delete;
  ForkPass& operator=(const ForkPass&) = delete;
};

/// A mutex whose holder has a ForkPass.
class ForkSafeMutex {
 public:
  void lock() {
    enter();
    mutex_.lock();
  }
  void unlock() {
    mutex_.unlock();
    leave();
  }

 private:
  IRGAN_API static void enter();
  IRGAN_API static void leave();

  std::mutex mutex_;
};

/// Returns how many forks there are between this process and the first one that loaded the library: what a thread of
/// another number began is not going on here.
IRGAN_API std::uint64_t fork_generation();

}  // namespace irgan
