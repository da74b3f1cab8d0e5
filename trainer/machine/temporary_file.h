/// Files and folders for what memory does not hold, or what is not finished.
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

/// A new folder that is removed with all that is in it when this object goes. What killed runs left of the same kind is
/// removed when the next one is made.
class IRGAN_API TemporaryFolder {
 public:
  /// Makes the folder `prefix`NUMBER for its owner alone, or for all whom the umask lets.
  ///
  /// Throws: Error naming it if it cannot be made
  TemporaryFolder(const std::string& prefix, bool is_private);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;  // locked while the folder is in use
};

}  // namespace irgan
