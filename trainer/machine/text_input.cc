#include "trainer/machine/text_input.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

#include "trainer/machine/block_queue.h"
#include "trainer/unpacking/unpacked_file.h"

namespace irgan {
namespace {

constexpr std::size_t kReadingBufferSize = 1
                                           << 18;  // a quarter of a megabyte: system calls are rare, and it stays in L2
constexpr std::size_t kBlockSize = 1 << 20;        // rare wake-ups, and all blocks fit into the last cache
constexpr std::size_t kMaxWaitingBlocks = 2;
// Longer than any line of a log or any document that is worth ranking; a few packed bytes can be a line that fills the
// memory.
constexpr std::size_t kLongestLine = std::size_t{1} << 24;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Unpacks a file in a thread of its own, a few blocks ahead of its reader.
class ReadAhead {
 public:
  explicit ReadAhead(UnpackedFile* file) : file_(file), blocks_(kMaxWaitingBlocks), thread_([this] { run(); }) {}
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  // Waits for the block that is being unpacked.
  ~ReadAhead() {
    blocks_.close();
    thread_.join();
  }

  // As UnpackedFile::read.
  std::size_t read(char* to, std::size_t size) {
    if (num_given_ == block_.size()) {
      num_given_ = 0;
      if (!blocks_.take(block_)) return 0;
    }
    const std::size_t count = std::min(size, block_.size() - num_given_);
    std::memcpy(to, block_.data() + num_given_, count);
    num_given_ += count;
    return count;
  }

 private:
  // The reader hears of trouble behind the last block.
  void run() {
    try {
      unpack();
    } catch (...) {
      blocks_.close(std::current_exception());
    }
  }

  void unpack() {
    std::exception_ptr problem;
    std::vector<char> block;
    bool is_last = false;
    while (!is_last) {
      block.resize(kBlockSize);
      std::size_t size = 0;
      try {
        while (size < kBlockSize) {
          const std::size_t count = file_->read(block.data() + size, kBlockSize - size);
          if (count == 0) break;
          size += count;
        }
      } catch (...) {
        problem = std::current_exception();
      }
      is_last = size < kBlockSize;
      block.resize(size);
      if (size > 0 && !blocks_.put(block)) return;
    }
    blocks_.close(problem);
  }

  UnpackedFile* file_;
  BlockQueue<std::vector<char>> blocks_;
  std::vector<char> block_;  // being given out
  std::size_t num_given_ = 0;
  std::thread thread_;  // declared last: it uses all others
};

}  // namespace

struct TextInput::Stream {
  explicit Stream(const std::string& path_given) : path(path_given), file(path_given), buffer(kReadingBufferSize) {
    if (!file.is_worth_a_thread()) return;
    try {
      ahead = std::make_unique<ReadAhead>(&file);
    } catch (const std::system_error&) {
      // Without a thread of its own it is as right, and slower.
    }
  }

  // Reads on behind what is still unread, which moves to the front; false at the end of the file.
  bool fill() {
    if (begin > 0) std::memmove(buffer.data(), buffer.data() + begin, end - begin);
    end -= begin;
    begin = 0;
    if (end == buffer.size()) buffer.resize(2 * buffer.size());
    char* const to = buffer.data() + end;
    const std::size_t room = buffer.size() - end;
    const std::size_t count = ahead != nullptr ? ahead->read(to, room) : file.read(to, room);
    end += count;
    return count > 0;
  }

  std::string path;
  UnpackedFile file;
  std::unique_ptr<ReadAhead> ahead;  // null where a thread does not pay; declared after the file that it reads

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
    if (num_scanned > kLongestLine) {
      throw FormatError(s.file.shown_path() + ":" + std::to_string(s.line_number + 1) +
                        ": the line has more than 16 MiB; is this a file of lines?");
    }
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
