#include "trainer/machine/text_input.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "trainer/machine/read_ahead.h"
#include "trainer/machine/unpacked_file.h"

namespace irgan {
namespace {

constexpr std::size_t kBufferSize = 1 << 18;  // a quarter of a megabyte: system calls are rare, and it stays in L2
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

struct TextInput::Stream {
  explicit Stream(const std::string& path_given) : path(path_given), file(path_given), buffer(kBufferSize) {
    if (file.is_worth_a_thread()) ahead = std::make_unique<ReadAhead>(&file);
  }

  // Returns how many bytes were read; 0 at the end.
  std::size_t read(char* to, std::size_t size) {
    if (ahead == nullptr) return file.read(to, size);
    if (num_taken == block_size) {
      const std::vector<char>& next = ahead->next();
      block = next.data();
      block_size = next.size();
      num_taken = 0;
    }
    const std::size_t count = std::min(size, block_size - num_taken);
    if (count > 0) std::memcpy(to, block + num_taken, count);
    num_taken += count;
    return count;
  }

  // Reads on behind what is still unread, which moves to the front; false at the end of the file.
  bool fill() {
    if (begin > 0) std::memmove(buffer.data(), buffer.data() + begin, end - begin);
    end -= begin;
    begin = 0;
    if (end == buffer.size()) buffer.resize(2 * buffer.size());
    const std::size_t count = read(buffer.data() + end, buffer.size() - end);
    end += count;
    return count > 0;
  }

  std::string path;
  UnpackedFile file;
  std::unique_ptr<ReadAhead> ahead;  // declared after the file that it reads
  const char* block = nullptr;       // of `ahead`
  std::size_t block_size = 0;
  std::size_t num_taken = 0;

  std::vector<char> buffer;
  std::size_t begin = 0;  // the unread bytes are buffer[begin, end)
  std::size_t end = 0;
  std::uint64_t line_number = 0;
};

TextInput::TextInput(const std::string& path) : stream_(std::make_unique<Stream>(path)) {}
TextInput::~TextInput() = default;

bool TextInput::next(std::string_view& line) {
  Stream& s = *stream_;
  std::size_t num_scanned = 0;
  const char* newline = nullptr;
  for (;;) {
    const char* unread = s.buffer.data() + s.begin;
    newline = static_cast<const char*>(std::memchr(unread + num_scanned, '\n', s.end - s.begin - num_scanned));
    if (newline != nullptr) break;
    num_scanned = s.end - s.begin;
    if (!s.fill()) break;
  }
  const char* start = s.buffer.data() + s.begin;
  if (newline != nullptr) {
    line = {start, static_cast<std::size_t>(newline - start)};
    s.begin += line.size() + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  } else {
    line = {start, s.end - s.begin};
    s.begin = s.end;
  }
  if (s.line_number == 0 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (newline == nullptr && line.empty()) return false;
  ++s.line_number;
  return true;
}

std::uint64_t TextInput::line_number() const { return stream_->line_number; }
const std::string& TextInput::path() const { return stream_->path; }
std::string TextInput::place() const { return stream_->file.shown_path() + ":" + std::to_string(stream_->line_number); }

}  // namespace irgan
