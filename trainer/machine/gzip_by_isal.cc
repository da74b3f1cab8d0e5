// gzip by ISA-L, for the processors that have it.
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>

#include "irgan/errors.h"
#include "trainer/machine/unpackers.h"

namespace irgan {
namespace {

class GzipUnpacker : public Unpacker {
 public:
  explicit GzipUnpacker(PackedBytes* packed) : packed_(packed) { begin_member(); }

  std::size_t read(char* to, std::size_t size) override {
    state_.next_out = reinterpret_cast<std::uint8_t*>(to);
    state_.avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(size, 1U << 30));
    const std::uint32_t room = state_.avail_out;
    while (state_.avail_out == room) {
      if (state_.avail_in == 0 && !refill()) {
        if (!is_inside_) return 0;
        if (!has_output_left()) throw FormatError(packed_->shown_path() + ": the compressed data end early");
      }
      if (state_.block_state == ISAL_BLOCK_FINISH) begin_member();
      is_inside_ = true;
      if (isal_inflate(&state_) != ISAL_DECOMP_OK) {
        throw FormatError(packed_->shown_path() + ": the compressed data are damaged or end early");
      }
      if (state_.block_state == ISAL_BLOCK_FINISH) is_inside_ = false;
    }
    return room - state_.avail_out;
  }

 private:
  void begin_member() {
    std::uint8_t* const next_in = state_.next_in;
    const std::uint32_t avail_in = state_.avail_in;
    std::uint8_t* const next_out = state_.next_out;
    const std::uint32_t avail_out = state_.avail_out;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    state_.next_in = next_in;
    state_.avail_in = avail_in;
    state_.next_out = next_out;
    state_.avail_out = avail_out;
  }

  bool refill() {
    const std::string_view piece = packed_->next();
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(piece.data()));
    state_.avail_in = static_cast<std::uint32_t>(piece.size());
    return !piece.empty();
  }

  // It inflates ahead of what it has given out, so that output may come without input.
  bool has_output_left() const { return state_.tmp_out_valid > state_.tmp_out_processed; }

  PackedBytes* packed_;
  inflate_state state_ = {};
  bool is_inside_ = true;  // a member; an empty file behind the magic is no whole one
};

}  // namespace

std::unique_ptr<Unpacker> gzip_unpacker(PackedBytes* packed) { return std::make_unique<GzipUnpacker>(packed); }

}  // namespace irgan
