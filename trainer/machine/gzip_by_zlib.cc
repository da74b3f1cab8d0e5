// gzip by zlib, where there is no ISA-L.
#include <zlib.h>

#include <algorithm>
#include <new>

#include "irgan/errors.h"
#include "trainer/machine/unpackers.h"

namespace irgan {
namespace {

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
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
    const uInt room = state_.avail_out;
    while (state_.avail_out == room) {
      // Output that found no room comes without further input.
      if (state_.avail_in == 0 && !has_output_left_ && !refill()) return 0;
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

  PackedBytes* packed_;
  z_stream state_ = {};
  bool is_inside_ = true;  // a member; an empty file behind the magic is no whole one
  bool has_output_left_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> gzip_unpacker(PackedBytes* packed) { return std::make_unique<GzipUnpacker>(packed); }

}  // namespace irgan
