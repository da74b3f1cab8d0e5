/// Writes files so that whatever stood there before is whole until the new content is.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// A file that takes the place of `path` only when commit() is called: written to a temporary file beside it,
/// flushed to disk, renamed. Destroyed without commit(), it leaves nothing behind and `path` untouched.
/// A name that ends in .gz or .zst is compressed; "-" is standard output.
///
/// Threads: one writer a thread.
class IRGAN_API OutputFile {
 public:
  /// Throws: Error if the folder cannot be written to (names the path and the reason).
  explicit OutputFile(const std::string& path);
  ~OutputFile();

  std::ostream& stream();

  /// Throws: Error if writing, flushing or renaming fails; `path` is untouched then.
  void commit();

 private:
  struct Target;
  std::unique_ptr<Target> target_;
};

/// Tells before long work whether its result can be written; leaves `path` untouched.
///
/// Throws: as OutputFile's constructor
IRGAN_API void require_writable(const std::string& path);

/// Replaces the content of `path` by `bytes`, uncompressed whatever its name; same guarantees and errors as OutputFile.
IRGAN_API void replace_file(const std::string& path, std::string_view bytes);

}  // namespace irgan
