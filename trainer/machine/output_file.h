/// Writes files so that whatever stood there before is whole until the new content is.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Who may read a new file: those whom the umask lets, or its owner alone, for what tells of single people. A file that
/// is replaced keeps its mode.
enum class Readers { by_umask, owner };

/// Whether an output of this name is compressed: it ends in .gz or .zst.
IRGAN_API bool is_packed_name(const std::string& path);

/// A file that takes the place of `path` only when commit() is called: written to a temporary file beside it,
/// flushed to disk, renamed. Destroyed without commit(), it leaves nothing behind and `path` untouched.
/// What is_packed_name() is compressed; "-" is standard output. What killed runs left in the folder is
/// removed.
///
/// Threads: one writer a thread.
class IRGAN_API OutputFile {
 public:
  /// Throws: Error if the folder cannot be written to (names the path and the reason); ConfigError if `path` is an
  ///         input that an InputGuard keeps
  explicit OutputFile(const std::string& path, Readers readers = Readers::by_umask);
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
IRGAN_API void replace_file(const std::string& path, std::string_view bytes, Readers readers = Readers::by_umask);

/// Returns the file that an output at `path` replaces: what its chain of symbolic links ends in, whether it exists or
/// not.
///
/// Throws: Error for another user's link in a folder where everyone may write and nobody remove what is not his own, as
///         Linux refuses to follow it (fs.protected_symlinks), whatever that is set to; Error for a circle of links
IRGAN_API std::filesystem::path output_destination(const std::string& path);

/// Whether two outputs are one file, there already or yet to be made, by whatever names and links; pipes and devices
/// may be written to twice.
IRGAN_API bool is_same_output(const std::string& a, const std::string& b);

/// Whether a file of `owner` in `folder` (empty: the current one) can be no trap that another user laid there.
IRGAN_API bool is_trusted(unsigned owner, const std::filesystem::path& folder);

/// Keeps other runs from an output that is read, changed and written again. Standard output, pipes and devices are not
/// locked, nor is anything on a file system without locks.
class IRGAN_API OutputLock {
 public:
  /// Throws: Error if another run holds it, or the folder cannot be written to
  explicit OutputLock(const std::string& path);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::filesystem::path lock_;  // its file, beside the output; empty: nothing is locked
  int fd_ = -1;
};

}  // namespace irgan
