/// A fixed set of threads that share out numbered pieces of work.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "irgan/errors.h"

namespace irgan {

/// Threads: for_each is called by one thread at a time.
class IRGAN_API ThreadPool {
 public:
  /// Requires: num_threads > 0; the calling thread is one of them
  explicit ThreadPool(unsigned num_threads);
  ~ThreadPool();

  unsigned num_threads() const;

  /// Calls work(i, thread) once for each i < count, thread < num_threads(), and returns when all are done. Which
  /// thread gets which i is left open: results that must not depend on it are written by i.
  ///
  /// Throws: the first error by i that `work` threw, after all calls have ended.
  void for_each(std::size_t count, const std::function<void(std::size_t i, unsigned thread)>& work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Number of threads to use where the user names none: the processors that this process may run on, or as many as its
/// quota of their time is worth, if that is less.
IRGAN_API unsigned default_num_threads();

}  // namespace irgan
