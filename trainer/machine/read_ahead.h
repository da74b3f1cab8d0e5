/// Reads a file in a thread of its own, a few blocks ahead of whom it is for.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "trainer/machine/unpacked_file.h"

namespace irgan {

/// Unpacks in one thread what another takes.
///
/// Threads: one caller; `file` belongs to this object while it lives
class ReadAhead {
 public:
  explicit ReadAhead(UnpackedFile* file);
  /// Waits for the block that is being read.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Returns the next bytes of the file; none at its end. They live until the next call.
  ///
  /// Throws: what reading the file throws, in its turn
  const std::vector<char>& next();

 private:
  void run();

  UnpackedFile* file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<char>> full_;
  std::vector<std::vector<char>> empty_;
  std::vector<char> taken_;
  std::exception_ptr problem_;  // behind the last full block
  bool at_end_ = false;
  bool is_stopped_ = false;
  std::thread thread_;  // declared last: it uses all others
};

}  // namespace irgan
