/// Reads text line by line from a file or from standard input, unpacking gzip and zstd.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// A file of lines, read once from front to back.
///
/// Threads: one reader a thread.
class IRGAN_API TextInput {
 public:
  /// Opens `path`, "-" for standard input. Compression is recognised by the first bytes, not by the name.
  ///
  /// Throws: Error if the file cannot be opened (names the path and the reason).
  explicit TextInput(const std::string& path);
  ~TextInput();

  /// Moves to the next line, without its "\n" or "\r\n"; false at the end. A byte order mark before the first
  /// line is passed over. The view lives until the next call.
  ///
  /// Throws: FormatError if the compressed data are damaged or end early, or at path:line if a line is longer than
  ///         16 MiB
  bool next(std::string_view& line);

  /// 1-based number of the line that next() returned last.
  std::uint64_t line_number() const;
  const std::string& path() const;
  /// "path:line" of the line that next() returned last, for messages.
  std::string place() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace irgan
