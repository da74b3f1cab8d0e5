#include "trainer/unpacking/unpacked_file.h"

#include <algorithm>
#include <string_view>

#include "irgan/errors.h"
#include "trainer/unpacking/foreign_forms.h"

namespace irgan {
namespace {

constexpr off_t kSmallFile = 1 << 20;  // unpacked before a thread would have begun

}  // namespace

UnpackedFile::UnpackedFile(const std::string& path) : packed_(path) {
  const std::string_view magic = packed_.peek();
  if (is_gzip(magic)) unpacker_ = gzip_unpacker(&packed_);
  if (is_zstd(magic)) unpacker_ = zstd_unpacker(&packed_);
}

std::size_t UnpackedFile::read(char* to, std::size_t size) {
  const std::size_t count = unpacker_ == nullptr ? packed_.read(to, size) : unpacker_->read(to, size);
  if (is_looked_at_) return count;
  is_looked_at_ = true;
  const std::string form = foreign_form(std::string_view(to, std::min(count, kNumTellingBytes)), unpacker_ != nullptr);
  if (!form.empty()) throw FormatError(packed_.shown_path() + ": " + form);
  return count;
}

bool UnpackedFile::is_worth_a_thread() const { return unpacker_ != nullptr && packed_.regular_size() > kSmallFile; }

}  // namespace irgan
