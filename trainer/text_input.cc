#include "trainer/text_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

#include "trainer/zstd_frames.h"

namespace irgan {
namespace {

namespace io = boost::iostreams;

constexpr std::size_t kBufferSize = 1 << 18;  // a quarter of a megabyte: system calls are rare, and it stays in L2
constexpr std::streamsize kFilterBuffer = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// An open file descriptor whose first bytes can be looked at before they are read, also on a pipe.
class RawFile {
 public:
  RawFile(const std::string& path, const std::string& shown) : shown_(shown), is_stdin_(path == "-") {
    fd_ = is_stdin_ ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw Error(shown_ + ": cannot be opened: " + std::strerror(errno));
    struct stat facts {};
    if (::fstat(fd_, &facts) == 0 && S_ISDIR(facts.st_mode)) {
      close();
      throw Error(shown_ + ": cannot be read: " + std::strerror(EISDIR));
    }
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() { close(); }

  std::string_view peek() {
    while (num_peeked_ < sizeof peeked_) {
      const std::size_t count = read_descriptor(peeked_ + num_peeked_, sizeof peeked_ - num_peeked_);
      if (count == 0) break;
      num_peeked_ += count;
    }
    return {peeked_, num_peeked_};
  }

  std::size_t read(char* to, std::size_t size) {
    if (num_given_ == num_peeked_) return read_descriptor(to, size);
    const std::size_t count = std::min(size, num_peeked_ - num_given_);
    std::memcpy(to, peeked_ + num_given_, count);
    num_given_ += count;
    return count;
  }

 private:
  std::size_t read_descriptor(char* to, std::size_t size) {
    ssize_t count;
    do {
      count = ::read(fd_, to, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw Error(shown_ + ": cannot be read: " + std::strerror(errno));
    return static_cast<std::size_t>(count);
  }
  void close() {
    if (!is_stdin_ && fd_ >= 0) ::close(fd_);
  }

  std::string shown_;
  bool is_stdin_;
  int fd_ = -1;
  char peeked_[4];
  std::size_t num_peeked_ = 0;
  std::size_t num_given_ = 0;
};

// The packed bytes as Boost.Iostreams wants them; it copies its devices, hence the pointers.
class PackedBytes {
 public:
  using char_type = char;
  using category = io::source_tag;

  PackedBytes(RawFile* file, ZstdFrames* frames) : file_(file), frames_(frames) {}

  std::streamsize read(char* to, std::streamsize size) {
    const std::size_t count = file_->read(to, static_cast<std::size_t>(size));
    if (frames_ != nullptr) frames_->follow({to, count});
    return count == 0 ? -1 : static_cast<std::streamsize>(count);
  }

 private:
  RawFile* file_;
  ZstdFrames* frames_;
};

}  // namespace

struct TextInput::Stream {
  explicit Stream(const std::string& path_given)
      : path(path_given), shown(path == "-" ? "(standard input)" : path), file(path, shown), buffer(kBufferSize) {
    const std::string_view magic = file.peek();
    if (magic.substr(0, 2) == "\x1F\x8B") {
      unpacked.push(io::gzip_decompressor(io::zlib::default_window_bits, kFilterBuffer), kFilterBuffer);
    } else if (ZstdFrames::recognises(magic)) {
      frames = std::make_unique<ZstdFrames>();
      unpacked.push(io::zstd_decompressor(kFilterBuffer), kFilterBuffer);
    } else {
      return;
    }
    unpacked.push(PackedBytes(&file, frames.get()), kFilterBuffer);
    packed = true;
  }

  // Returns how many bytes were read; 0 at the end.
  std::size_t read(char* to, std::size_t size) {
    if (!packed) return file.read(to, size);
    try {
      const std::streamsize count = unpacked.sgetn(to, static_cast<std::streamsize>(size));
      if (count > 0) return static_cast<std::size_t>(count);
    } catch (const std::ios_base::failure&) {
      throw FormatError(shown + ": the compressed data are damaged or end early");
    } catch (const std::bad_alloc&) {
      throw FormatError(shown + ": the compressed data are damaged: they ask for more memory than there is");
    }
    if (frames != nullptr && !frames->complete()) throw FormatError(shown + ": the compressed data end early");
    return 0;
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
  std::string shown;
  RawFile file;
  std::unique_ptr<ZstdFrames> frames;
  bool packed = false;
  io::filtering_streambuf<io::input> unpacked;  // declared after what its device points to

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
std::string TextInput::place() const { return stream_->shown + ":" + std::to_string(stream_->line_number); }

}  // namespace irgan
