/// The bytes of a file: as a string, or mapped where they are many.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Returns the whole content of `path`.
///
/// Throws: Error if it cannot be read or is no regular file
IRGAN_API std::string read_file(const std::string& path);

/// Bytes that begin at an address which 16 divides.
class IRGAN_API FileBytes {
 public:
  /// Files of up to 16 MiB are copied: whoever overwrites a mapped file in place ends the programs that look into it.
  ///
  /// Throws: Error if the file cannot be read or is no regular one
  static FileBytes of_file(const std::string& path);
  static FileBytes copy_of(std::string_view bytes);

  std::string_view view() const { return {static_cast<const char*>(bytes_.get()), size_}; }

 private:
  std::shared_ptr<const void> bytes_;
  std::size_t size_ = 0;
};

}  // namespace irgan
