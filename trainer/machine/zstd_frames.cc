#include "trainer/machine/zstd_frames.h"

#include <algorithm>

namespace irgan {
namespace {

constexpr std::uint32_t kFrameMagic = 0xFD2FB528;
constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // the lowest four bits are free

std::uint32_t little_endian_of(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 4); i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

bool is_skippable_magic(std::uint32_t magic) { return (magic & 0xFFFFFFF0) == kSkippableMagic; }

// Bytes between the descriptor and the first block: window, dictionary id, content size.
std::uint64_t frame_header_size(unsigned descriptor) {
  const bool is_single_segment = (descriptor & 0x20) != 0;
  constexpr unsigned kDictionaryBytes[] = {0, 1, 2, 4};
  const unsigned content_size_flag = descriptor >> 6;
  const unsigned content_size_bytes = content_size_flag == 0 ? (is_single_segment ? 1 : 0) : 1u << content_size_flag;
  return (is_single_segment ? 0 : 1) + kDictionaryBytes[descriptor & 3] + content_size_bytes;
}

}  // namespace

bool ZstdFrames::recognises(std::string_view bytes) {
  const std::uint32_t magic = little_endian_of(bytes);
  return bytes.size() >= 4 && (magic == kFrameMagic || is_skippable_magic(magic));
}

void ZstdFrames::follow(std::string_view bytes) {
  while (!bytes.empty() && part_ != Part::unknown) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), missing_);
    if (part_ != Part::content) part_bytes_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    missing_ -= count;
    // A part can be empty (a block without bytes), so more than one may end here.
    while (missing_ == 0 && part_ != Part::unknown) finish_part();
  }
}

void ZstdFrames::begin(Part part, std::uint64_t size) {
  part_ = part;
  missing_ = size;
  part_bytes_.clear();
}

void ZstdFrames::finish_part() {
  const std::uint32_t value = little_endian_of(part_bytes_);
  switch (part_) {
    case Part::magic:
      is_skippable_ = is_skippable_magic(value);
      if (is_skippable_) return begin(Part::skippable_size, 4);
      if (value == kFrameMagic) return begin(Part::descriptor, 1);
      return begin(Part::unknown, 0);
    case Part::skippable_size:
      return begin(Part::content, value);
    case Part::descriptor:
      has_checksum_ = (value & 4) != 0;
      return begin(Part::frame_header, frame_header_size(value));
    case Part::frame_header:
      return begin(Part::block_header, 3);
    case Part::block_header: {
      is_last_block_ = (value & 1) != 0;
      const bool is_run_of_one_byte = ((value >> 1) & 3) == 1;
      return begin(Part::content, is_run_of_one_byte ? 1 : value >> 3);
    }
    case Part::content:
      if (!is_skippable_ && !is_last_block_) return begin(Part::block_header, 3);
      if (!is_skippable_ && has_checksum_) return begin(Part::checksum, 4);
      return begin(Part::magic, 4);
    case Part::checksum:
      return begin(Part::magic, 4);
    case Part::unknown:
      return;
  }
}

}  // namespace irgan
