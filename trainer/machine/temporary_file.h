/// A file without a name for what memory does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "irgan/errors.h"

namespace irgan {

/// Lies under TMPDIR if that is set, else /tmp; it is gone when this object or the program ends.
class TemporaryFile {
 public:
  /// Throws: Error naming the folder if it cannot be made
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Throws: Error if the folder is full or fails
  void append(const void* bytes, std::size_t size);
  /// Reads exactly `size` bytes that were written.
  ///
  /// Throws: Error if they cannot be read
  void read(std::uint64_t offset, void* to, std::size_t size) const;
  std::uint64_t size() const { return size_; }

 private:
  std::string folder_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace irgan
