/// Follows the outer structure of zstd data, to tell whole data from data that break off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace irgan {

/// Walks over frames and blocks without unpacking them. Boost.Iostreams' zstd filter takes a file that breaks off in
/// the middle of a frame for a whole one and drops the rest in silence; hence this check beside it.
///
/// Source:   RFC 8878, section 3.1; contents are left to the decompressor, which checks them
/// Threads:  one a thread
class ZstdFrames {
 public:
  /// True if `bytes` begin a zstd frame or one of its skippable frames.
  static bool recognises(std::string_view bytes);

  /// Takes the next bytes of the data, cut anywhere.
  void follow(std::string_view bytes);

  /// True if the bytes so far end where a frame ends.
  bool complete() const { return part_ == Part::magic && part_bytes_.empty(); }

 private:
  enum class Part { magic, skippable_size, descriptor, frame_header, block_header, content, checksum, unknown };

  void begin(Part part, std::uint64_t size);
  void finish_part();

  Part part_ = Part::magic;
  std::uint64_t missing_ = 4;  // bytes until the part is whole
  std::string part_bytes_;     // of a part that is read rather than skipped: at most 14 bytes
  bool is_skippable_ = false;
  bool has_checksum_ = false;
  bool is_last_block_ = false;
};

}  // namespace irgan
