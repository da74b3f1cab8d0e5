#include "trainer/unpacking/foreign_forms.h"

#include "trainer/unpacking/unpackers.h"

namespace irgan {
namespace {

using namespace std::string_view_literals;

struct Form {
  std::string_view magic;
  std::string_view what;
  std::string_view remedy;
};

// The longer magic first where one begins another.
constexpr Form kForms[] = {
    {"\xFD"
     "7zXZ\0"sv,
     "packed by xz", "xz -dc unpacks it"},
    {"BZh"sv, "packed by bzip2", "bzip2 -dc unpacks it"},
    {"PK\x03\x04"sv, "a zip archive or an Office file",
     "unzip -p unpacks an archive; a table is to be saved as text, tab-separated"},
    {"\x04\x22\x4D\x18"sv, "packed by lz4", "lz4 -dc unpacks it"},
    {"LZIP"sv, "packed by lzip", "lzip -dc unpacks it"},
    {"\x5D\0\0"sv, "packed by lzma", "xz -dc unpacks it"},
    {"\x1F\x9D"sv, "packed by compress", "gzip -dc unpacks it"},
    {"\x1F\x1E"sv, "packed by pack", "gzip -dc unpacks it"},
    {"\x1F\xA0"sv, "packed by compress -H", "gzip -dc unpacks it"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7z archive", "7z x unpacks it"},
    {"PAR1"sv, "a Parquet file", "it is to be written as text, tab-separated or JSON Lines"},
    {"ORC"sv, "an ORC file", "it is to be written as text, tab-separated or JSON Lines"},
    {"Obj\x01"sv, "an Avro file", "it is to be written as text, tab-separated or JSON Lines"},
    {"\xD0\xCF\x11\xE0"sv, "an Office file", "it is to be saved as text, tab-separated"},
    {"SQLite format 3"sv, "an SQLite database", "a query of it is to be written as text, tab-separated"},
    {"%PDF-"sv, "a PDF", "text is needed"},
    {"\xFF\xFE\0\0"sv, "UTF-32", "iconv -f UTF-32 -t UTF-8 converts it"},
    {"\0\0\xFE\xFF"sv, "UTF-32", "iconv -f UTF-32 -t UTF-8 converts it"},
    {"\xFF\xFE"sv, "UTF-16", "iconv -f UTF-16 -t UTF-8 converts it"},
    {"\xFE\xFF"sv, "UTF-16", "iconv -f UTF-16 -t UTF-8 converts it"},
};

// UTF-16 without a byte order mark: of Latin letters every second byte is 0.
std::string_view unmarked_utf16(std::string_view bytes) {
  if (bytes.size() < 4) return {};
  const auto is_letter = [&](std::size_t i) { return bytes[i] > 0; };
  if (bytes[1] == 0 && bytes[3] == 0 && is_letter(0) && is_letter(2)) return "UTF-16LE";
  if (bytes[0] == 0 && bytes[2] == 0 && is_letter(1) && is_letter(3)) return "UTF-16BE";
  return {};
}

// A log may begin with these letters; the block behind them tells.
bool is_bzip2(std::string_view bytes) {
  return bytes.size() >= 10 && bytes[3] >= '1' && bytes[3] <= '9' &&
         (bytes.substr(4, 6) == "1AY&SY" || bytes.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}

std::string message(std::string_view what, std::string_view remedy) {
  return "is " + std::string(what) + ", and what is read is text in UTF-8, as it is or packed by gzip or zstd (" +
         std::string(remedy) + ")";
}

}  // namespace

std::string foreign_form(std::string_view first_bytes, bool is_unpacked) {
  constexpr std::size_t kTarAt = 257;
  for (const Form& form : kForms) {
    if (first_bytes.substr(0, form.magic.size()) != form.magic) continue;
    const bool is_only_text = (form.magic == "BZh" && !is_bzip2(first_bytes)) ||
                              ((form.magic == "ORC" || form.magic == "PAR1" || form.magic == "LZIP") &&
                               first_bytes.find_first_of("\0\x01\x02\x03\x04\x05"sv) == std::string_view::npos);
    if (!is_only_text) return message(form.what, form.remedy);
  }
  const std::string_view utf16 = unmarked_utf16(first_bytes);
  if (!utf16.empty()) return message(utf16, "iconv -f " + std::string(utf16) + " -t UTF-8 converts it");
  if (first_bytes.size() > kTarAt && first_bytes.substr(kTarAt, 5) == "ustar") {
    return message("a tar archive", "tar -xOf unpacks it");
  }
  if (is_unpacked && (is_gzip(first_bytes) || is_zstd(first_bytes))) {
    return "is packed twice; unpack it once";
  }
  return {};
}

}  // namespace irgan
