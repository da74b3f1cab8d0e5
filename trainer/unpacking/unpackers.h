/// What unpacks gzip and zstd.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "trainer/unpacking/packed_bytes.h"

namespace irgan {

/// Unpacks what `PackedBytes` gives.
class Unpacker {
 public:
  virtual ~Unpacker() = default;

  /// Fills `to` with up to `size` further bytes and returns their number; 0 at the end.
  ///
  /// Throws: FormatError if the data are damaged or end early; as PackedBytes::next()
  virtual std::size_t read(char* to, std::size_t size) = 0;
};

/// The members of a gzip file, one behind the other: by ISA-L where the build has it, which is twice as fast as zlib.
std::unique_ptr<Unpacker> gzip_unpacker(PackedBytes* packed);
/// The frames of a zstd file, also those that are to be skipped. Windows may be as long as the library allows (2 GB).
std::unique_ptr<Unpacker> zstd_unpacker(PackedBytes* packed);

/// Whether a file with these first bytes, four or more, is packed so.
inline bool is_gzip(std::string_view magic) { return magic.substr(0, 2) == "\x1F\x8B"; }
bool is_zstd(std::string_view magic);

}  // namespace irgan
