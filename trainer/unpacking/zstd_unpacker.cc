#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "irgan/errors.h"
#include "trainer/unpacking/unpackers.h"

namespace irgan {
namespace {

class ZstdUnpacker : public Unpacker {
 public:
  explicit ZstdUnpacker(PackedBytes* packed) : packed_(packed), context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
  }

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      // Output that found no room comes without further input.
      if (in_.pos == in_.size && !has_output_left_ && !refill()) return 0;
      const std::size_t missing = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(missing)) refuse(missing);
      is_inside_ = missing != 0;  // 0 at the end of a frame alone
      has_output_left_ = is_inside_ && out.pos == out.size;
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  bool refill() {
    const std::string_view piece = packed_->next();
    in_ = {piece.data(), piece.size(), 0};
    if (piece.empty() && is_inside_) throw FormatError(packed_->shown_path() + ": the compressed data end early");
    return !piece.empty();
  }

  [[noreturn]] void refuse(std::size_t error) const {
    if (ZSTD_getErrorCode(error) == ZSTD_error_memory_allocation) {
      throw FormatError(packed_->shown_path() +
                        ": the compressed data are damaged: they ask for more memory than there is");
    }
    if (ZSTD_getErrorCode(error) == ZSTD_error_dictionary_wrong) {
      throw FormatError(packed_->shown_path() +
                        ": the data were compressed with a dictionary; unpack them with it (zstd -d -D)");
    }
    throw FormatError(packed_->shown_path() + ": the compressed data are damaged or end early");
  }

  PackedBytes* packed_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool is_inside_ = false;  // a frame that has begun
  bool has_output_left_ = false;
};

}  // namespace

bool is_zstd(std::string_view bytes) {
  const std::string_view magic = bytes.substr(0, 4);
  const bool is_frame = magic == "\x28\xB5\x2F\xFD";
  const bool is_old = magic.size() == 4 && magic[0] >= 0x25 && magic[0] <= 0x27 &&
                      magic.substr(1) == "\xB5\x2F\xFD";  // of versions 0.5 to 0.7
  const bool is_skippable = magic.size() == 4 && (magic[0] & 0xF0) == 0x50 &&
                            magic.substr(1) == "\x2A\x4D\x18";  // its low four bits are free
  return is_frame || is_old || is_skippable;
}

std::unique_ptr<Unpacker> zstd_unpacker(PackedBytes* packed) { return std::make_unique<ZstdUnpacker>(packed); }

}  // namespace irgan
