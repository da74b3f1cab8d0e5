#include "irgan/text_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "plugin/src/process/regular_file.h"
#include "trainer/machine/text_input.h"
#include "trainer/site/json_document.h"

namespace irgan {
namespace {

void append_part(std::string_view part, std::string& text) {
  if (part.empty()) return;
  if (!text.empty()) text += ' ';
  text += part;
}

std::string joined(const JsonDocument& document, const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    const auto found = document.texts.find(field);
    if (found == document.texts.end()) continue;
    for (const std::string& part : found->second) append_part(part, text);
  }
  return text;
}

// Bytes of a byte order mark, which TextInput passes over.
std::uint64_t mark_size(int fd) {
  char mark[3];
  return ::pread(fd, mark, sizeof mark, 0) == 3 && std::string_view(mark, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

}  // namespace

TextFile::Descriptor::~Descriptor() {
  if (fd >= 0) ::close(fd);
}

TextFile::TextFile(const std::string& path, std::vector<std::string> fields) : path_(path), fields_(std::move(fields)) {
  if (fields_.empty()) fields_ = {"text"};
  file_.fd = open_regular_file(path);
  JsonDocumentReader reader("id", fields_, {});
  TextInput input(path);
  std::uint64_t offset = mark_size(file_.fd);
  bool any_text = false;
  for (std::string_view line; input.next(line);) {
    // TextInput unpacks and drops line ends: the place of a line is looked up in the file itself.
    char first = 0;
    if (::pread(file_.fd, &first, 1, static_cast<off_t>(offset)) != 1 || (!line.empty() && first != line.front())) {
      throw Error(path + ": lines must stand in the file as they are, since they are looked up one by one: unpack it");
    }
    char end = 0;
    const auto line_end = static_cast<off_t>(offset + line.size());
    const bool has_return = ::pread(file_.fd, &end, 1, line_end) == 1 && end == '\r';
    if (!line.empty()) {
      const JsonDocument document = reader.read(line, input.place());
      any_text |= !joined(document, fields_).empty();
      if (!lines_.emplace(document.id, Line{offset, line.size()}).second) {
        throw FormatError(input.place() + ": the id '" + document.id + "' stands in an earlier line");
      }
    }
    offset += line.size() + (has_return ? 2 : 1);
  }
  if (!any_text)
    throw FormatError(path + ": no line has a text under '" + fields_.front() + "'; name the field that has it");
}

std::optional<std::string> TextFile::text_of(const std::string& id) const {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return std::nullopt;
  std::string line(found->second.size, '\0');
  if (::pread(file_.fd, line.data(), line.size(), static_cast<off_t>(found->second.offset)) !=
      static_cast<ssize_t>(line.size())) {
    throw Error(path_ + ": cannot be read any more: " + std::strerror(errno));
  }
  std::string text = joined(JsonDocumentReader("id", fields_, {}).read(line, path_), fields_);
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace irgan
