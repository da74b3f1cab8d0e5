// gzip by ISA-L where the build has it, else by zlib.
#include <algorithm>
#include <cstdint>
#include <new>

#ifdef IRGAN_WITH_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

#include "irgan/errors.h"
#include "trainer/unpacking/unpackers.h"

namespace irgan {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // both count in 32 bits

#ifdef IRGAN_WITH_ISAL

class GzipUnpacker : public Unpacker {
 public:
  explicit GzipUnpacker(PackedBytes* packed) : packed_(packed) { begin_member(); }

  std::size_t read(char* to, std::size_t size) override {
    state_.next_out = reinterpret_cast<std::uint8_t*>(to);
    state_.avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(size, kMostAtOnce));
    const std::uint32_t room = state_.avail_out;
    while (state_.avail_out == room) {
      if (state_.avail_in == 0 && !refill()) {
        if (!is_inside_) return 0;
        if (!has_output_left()) throw FormatError(packed_->shown_path() + ": the compressed data end early");
      }
      if (!is_inside_ && !skip_padding()) continue;
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

  // Tapes and archives fill up a file with zeros, which gzip -d ignores. False if there is nothing else so far.
  bool skip_padding() {
    for (; state_.avail_in > 0 && *state_.next_in == 0; ++state_.next_in) --state_.avail_in;
    return state_.avail_in > 0;
  }

  // It inflates ahead of what it has given out, so that output may come without input.
  bool has_output_left() const { return state_.tmp_out_valid > state_.tmp_out_processed; }

  PackedBytes* packed_;
  inflate_state state_ = {};
  bool is_inside_ = true;  // a member; an empty file behind the magic is no whole one
};

#else

constexpr int kLargestWindowOfGzip = 16 + MAX_WBITS;  // zlib's way to say "gzip"

class GzipUnpacker : public Unpacker {
 public:
  explicit GzipUnpacker(PackedBytes* packed) : packed_(packed) {
    if (inflateInit2(&state_, kLargestWindowOfGzip) != Z_OK) throw std::bad_alloc();
  }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;
  ~GzipUnpacker() override { inflateEnd(&state_); }

  std::size_t read(char* to, std::size_t size) override {
    state_.next_out = reinterpret_cast<Bytef*>(to);
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, kMostAtOnce));
    const uInt room = state_.avail_out;
    while (state_.avail_out == room) {
      // Output that found no room comes without further input.
      if (state_.avail_in == 0 && !has_output_left_ && !refill()) return 0;
      if (!is_inside_ && !skip_padding()) continue;
      const int outcome = inflate(&state_, Z_NO_FLUSH);
      if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
        throw FormatError(packed_->shown_path() + ": the compressed data are damaged or end early");
      }
      is_inside_ = outcome != Z_STREAM_END;
      has_output_left_ = is_inside_ && state_.avail_out == 0;
      if (!is_inside_) inflateReset(&state_);
    }
    return room - state_.avail_out;
  }

 private:
  bool refill() {
    const std::string_view piece = packed_->next();
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    state_.avail_in = static_cast<uInt>(piece.size());
    if (piece.empty() && is_inside_) throw FormatError(packed_->shown_path() + ": the compressed data end early");
    return !piece.empty();
  }

  // As gzip -d, which ignores zeros behind the end. False if there is nothing else so far.
  bool skip_padding() {
    for (; state_.avail_in > 0 && *state_.next_in == 0; ++state_.next_in) --state_.avail_in;
    return state_.avail_in > 0;
  }

  PackedBytes* packed_;
  z_stream state_ = {};
  bool is_inside_ = true;  // a member; an empty file behind the magic is no whole one
  bool has_output_left_ = false;
};

#endif

}  // namespace

std::unique_ptr<Unpacker> gzip_unpacker(PackedBytes* packed) { return std::make_unique<GzipUnpacker>(packed); }

}  // namespace irgan
