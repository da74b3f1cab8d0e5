#include "trainer/machine/unpacked_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#ifdef IRGAN_WITH_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "trainer/machine/zstd_frames.h"

namespace irgan {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kFilterBuffer = 1 << 16;
constexpr off_t kSmallFile = 1 << 20;  // unpacked before a thread would have begun

// An open file descriptor whose first bytes can be looked at before they are read, also on a pipe.
class RawFile {
 public:
  RawFile(const std::string& path, const std::string& shown) : shown_(shown), is_stdin_(path == "-") {
    fd_ = is_stdin_ ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw Error(shown_ + ": cannot be opened: " + std::strerror(errno));
    struct stat facts {};
    if (::fstat(fd_, &facts) != 0) return;
    if (S_ISDIR(facts.st_mode)) {
      close();
      throw Error(shown_ + ": cannot be read: " + std::strerror(EISDIR));
    }
    if (S_ISREG(facts.st_mode)) regular_size_ = facts.st_size;
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() { close(); }

  // 0 for pipes and terminals.
  off_t regular_size() const { return regular_size_; }

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
  off_t regular_size_ = 0;
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

#ifdef IRGAN_WITH_ISAL
// The members of a gzip file, one behind the other.
class GzipMembers {
 public:
  explicit GzipMembers(RawFile* file) : file_(file), packed_(kPackedSize) { begin_member(); }

  std::size_t read(char* to, std::size_t size, const std::string& shown) {
    state_.next_out = reinterpret_cast<std::uint8_t*>(to);
    state_.avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(size, 1U << 30));
    const std::uint32_t room = state_.avail_out;
    while (state_.avail_out == room) {
      if (state_.avail_in == 0 && !refill()) {
        if (is_between_members()) return 0;
        if (!has_output_left()) throw FormatError(shown + ": the compressed data end early");
      }
      if (state_.block_state == ISAL_BLOCK_FINISH) begin_member();
      is_inside_ = true;
      if (isal_inflate(&state_) != ISAL_DECOMP_OK) {
        throw FormatError(shown + ": the compressed data are damaged or end early");
      }
      if (state_.block_state == ISAL_BLOCK_FINISH) is_inside_ = false;
    }
    return room - state_.avail_out;
  }

 private:
  static constexpr std::size_t kPackedSize = 1 << 18;

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
    const std::size_t count = file_->read(packed_.data(), packed_.size());
    state_.next_in = reinterpret_cast<std::uint8_t*>(packed_.data());
    state_.avail_in = static_cast<std::uint32_t>(count);
    return count > 0;
  }

  bool is_between_members() const { return !is_inside_; }
  // It inflates ahead of what it has given out, so that output may come without input.
  bool has_output_left() const { return state_.tmp_out_valid > state_.tmp_out_processed; }

  RawFile* file_;
  std::vector<char> packed_;
  inflate_state state_ = {};
  bool is_inside_ = true;  // an empty file behind the magic is no whole member
};
#endif

}  // namespace

struct UnpackedFile::Parts {
  explicit Parts(const std::string& path) : shown(path == "-" ? "(standard input)" : path), file(path, shown) {
    const std::string_view magic = file.peek();
    if (magic.substr(0, 2) == "\x1F\x8B") {
#ifdef IRGAN_WITH_ISAL
      gzip = std::make_unique<GzipMembers>(&file);
      is_packed = true;
      return;
#else
      unpacked.push(io::gzip_decompressor(io::zlib::default_window_bits, kFilterBuffer), kFilterBuffer);
#endif
    } else if (ZstdFrames::recognises(magic)) {
      frames = std::make_unique<ZstdFrames>();
      unpacked.push(io::zstd_decompressor(kFilterBuffer), kFilterBuffer);
    } else {
      return;
    }
    unpacked.push(PackedBytes(&file, frames.get()), kFilterBuffer);
    is_packed = true;
  }

  std::size_t read(char* to, std::size_t size) {
    if (!is_packed) return file.read(to, size);
#ifdef IRGAN_WITH_ISAL
    if (gzip != nullptr) return gzip->read(to, size, shown);
#endif
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

  std::string shown;
  RawFile file;
  std::unique_ptr<ZstdFrames> frames;
#ifdef IRGAN_WITH_ISAL
  std::unique_ptr<GzipMembers> gzip;
#endif
  bool is_packed = false;
  io::filtering_streambuf<io::input> unpacked;  // declared after what its device points to
};

UnpackedFile::UnpackedFile(const std::string& path) : parts_(std::make_unique<Parts>(path)) {}
UnpackedFile::~UnpackedFile() = default;

std::size_t UnpackedFile::read(char* to, std::size_t size) { return parts_->read(to, size); }
bool UnpackedFile::is_worth_a_thread() const { return parts_->is_packed && parts_->file.regular_size() > kSmallFile; }
const std::string& UnpackedFile::shown_path() const { return parts_->shown; }

}  // namespace irgan
