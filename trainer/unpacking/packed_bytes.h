/// The bytes of a file as they lie on the disk, in the pieces that an unpacker takes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace irgan {

/// Bytes of a file that are enough to know its form.
constexpr std::size_t kNumTellingBytes = 512;

/// Whether `path` can be read a second time from its beginning: not standard input ("-"), no pipe and no device.
bool can_be_read_again(const std::string& path);

/// An open file descriptor whose first bytes can be looked at before they are read, also on a pipe.
class PackedBytes {
 public:
  /// Opens `path`, "-" for standard input.
  ///
  /// Throws: Error if the file cannot be opened (names the path and the reason)
  explicit PackedBytes(const std::string& path);
  PackedBytes(const PackedBytes&) = delete;
  PackedBytes& operator=(const PackedBytes&) = delete;
  ~PackedBytes();

  /// The path as messages show it.
  const std::string& shown_path() const { return shown_; }

  /// 0 for pipes and terminals.
  off_t regular_size() const { return regular_size_; }

  /// Returns the first kNumTellingBytes, fewer if there are no more, which read() still gives.
  ///
  /// Throws: as read()
  std::string_view peek();

  /// Fills `to` with up to `size` further bytes and returns their number; 0 at the end.
  ///
  /// Throws: Error if the file cannot be read
  std::size_t read(char* to, std::size_t size);

  /// Returns a further piece, which lives until the next call; nothing at the end.
  ///
  /// Throws: as read()
  std::string_view next();

 private:
  std::size_t read_descriptor(char* to, std::size_t size);

  std::string shown_;
  bool is_stdin_;
  int fd_ = -1;
  off_t regular_size_ = 0;
  char peeked_[kNumTellingBytes];
  std::size_t num_peeked_ = 0;
  std::size_t num_given_ = 0;
  std::vector<char> piece_;
};

}  // namespace irgan
