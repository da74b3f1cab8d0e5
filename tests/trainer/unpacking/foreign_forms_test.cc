#include "trainer/unpacking/foreign_forms.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"
#include "trainer/machine/text_input.h"

namespace irgan::foreign_forms_test {

using Catch::Contains;
using namespace std::string_literals;

namespace {

std::string refusal(const std::string& path) {
  try {
    TextInput input(path);
    std::string_view line;
    while (input.next(line)) {
    }
  } catch (const FormatError& error) {
    return error.what();
  }
  return "(read)";
}

std::string utf16(const std::string& text, bool is_little) {
  std::string bytes;
  for (const char c : text) (bytes += is_little ? c : '\0') += is_little ? '\0' : c;
  return bytes;
}

}  // namespace

TEST_CASE("files of other forms are refused by their name", "[trainer][unpacking]") {
  const ScratchFolder folder;
  const auto [bytes, words] = GENERATE(table<std::string, std::string>({
      {"\xFD"
       "7zXZ\0\0\x04"s,
       "packed by xz"},
      {"BZh91AY&SY...", "packed by bzip2"},
      {"PK\x03\x04\x14", "zip archive"},
      {"\x04\x22\x4D\x18 ", "packed by lz4"},
      {"\x1F\x9D\x90", "packed by compress"},
      {"7z\xBC\xAF\x27\x1C", "7z archive"},
      {"PAR1\x15\x04", "Parquet"},
      {"\xD0\xCF\x11\xE0\xA1", "Office file"},
      {"SQLite format 3\0"s, "SQLite"},
      {"\xFF\xFE" + utf16("query\tdoc_id\n", true), "UTF-16"},
      {"\xFE\xFF" + utf16("query\tdoc_id\n", false), "UTF-16"},
      {utf16("query\tdoc_id\n", true), "UTF-16LE"},
      {utf16("query\tdoc_id\n", false), "UTF-16BE"},
      {std::string(257, 'a') + "ustar" + std::string(300, '\0'), "tar archive"},
  }));
  const std::string path = folder.write("file", bytes);
  CHECK_THAT(refusal(path), Contains(path + ": is ") && Contains(words));
  CHECK(refusal(path).find('\0') == std::string::npos);
}

TEST_CASE("text that begins like a packing is read", "[trainer][unpacking]") {
  const ScratchFolder folder;
  for (const char* text : {"BZh9 shoes\tdoc_id\n", "PAR1\tdoc_id\nq\td\n", "ORCA\tdoc_id\n", "LZIP\n", "Object\n",
                           "PK\n", "BZ", "\xEF\xBB\xBFquery\n", "7z\n", "a"}) {
    INFO(text);
    CHECK(refusal(folder.write("file", text)) == "(read)");
  }
}

}  // namespace irgan::foreign_forms_test
