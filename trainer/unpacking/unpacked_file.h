/// The bytes of a file or of standard input, unpacked where they are gzip or zstd.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "trainer/unpacking/packed_bytes.h"
#include "trainer/unpacking/unpackers.h"

namespace irgan {

/// A file read once from front to back. Compression is recognised by the first bytes, not by the name.
///
/// Threads: one at a time
class UnpackedFile {
 public:
  /// Opens `path`, "-" for standard input.
  ///
  /// Throws: Error if the file cannot be opened (names the path and the reason)
  explicit UnpackedFile(const std::string& path);

  /// Fills `to` with up to `size` further bytes and returns their number; 0 at the end.
  ///
  /// Throws: FormatError if the file is of another form, as foreign_form() says it, or if the compressed data are
  /// damaged
  ///         or end early; Error if the file cannot be read
  /// Cost:   gzip is inflated by ISA-L where the build has it, twice as fast as gzip -dc
  std::size_t read(char* to, std::size_t size);

  /// True if unpacking costs so much that a thread of its own pays, and no read can wait for ever.
  bool is_worth_a_thread() const;

  /// The path as messages show it.
  const std::string& shown_path() const { return packed_.shown_path(); }

 private:
  PackedBytes packed_;
  bool is_looked_at_ = false;
  std::unique_ptr<Unpacker> unpacker_;  // null: the bytes are as they lie
};

}  // namespace irgan
