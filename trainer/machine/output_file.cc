#include "trainer/machine/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace irgan {
namespace {

namespace io = boost::iostreams;
namespace fs = std::filesystem;

constexpr std::streamsize kBufferSize = 1 << 16;
constexpr int kMaxLinks = 40;  // as many as Linux follows

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

[[noreturn]] void fail(const std::string& path, const char* deed, int error) {
  throw Error(path + ": " + deed + ": " + std::strerror(error));
}

// What a chain of symbolic links ends in, whether it exists or not.
fs::path behind_links(fs::path path) {
  std::error_code ignored;
  for (int i = 0; i < kMaxLinks && fs::is_symlink(fs::symlink_status(path, ignored)); ++i) {
    const fs::path next = fs::read_symlink(path, ignored);
    if (next.empty()) break;
    path = path.parent_path() / next;  // an absolute `next` replaces the whole
  }
  return path;
}

// Returns 0 or the reason for which not all bytes were written.
int write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(fd, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

// The descriptor to write to, and what becomes of it: a new file beside the target that takes its place, or standard
// output, or a pipe or a device, which have no old content to protect.
class Replacement {
 public:
  explicit Replacement(const std::string& path) : path_(path), destination_(behind_links(path)) {
    if (path == "-") {
      fd_ = STDOUT_FILENO;
      return;
    }
    struct stat facts {};
    const bool exists = ::stat(path.c_str(), &facts) == 0;
    if (exists && S_ISDIR(facts.st_mode)) fail(path, "cannot be written", EISDIR);
    if (exists && !S_ISREG(facts.st_mode)) {
      fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd_ < 0) fail(path, "cannot be opened for writing", errno);
      return;
    }
    open_temporary();
    if (exists) {
      // The owner first, since changing it can clear bits of the mode. Only root may; others stay the owner themselves.
      if (::fchown(fd_, facts.st_uid, facts.st_gid) != 0) errno = 0;
      if (::fchmod(fd_, facts.st_mode & 07777) != 0) errno = 0;
    }
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    close();
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  int fd() const { return fd_; }

  void commit() {
    if (temporary_.empty()) return;
    if (::fsync(fd_) != 0) fail(path_, "cannot be written to disk", errno);
    if (!close()) fail(path_, "cannot be written", errno);
    if (::rename(temporary_.c_str(), destination_.c_str()) != 0) fail(path_, "cannot be replaced", errno);
    temporary_.clear();
    sync_folder();
  }

 private:
  void open_temporary() {
    static std::atomic<unsigned> counter{0};
    do {  // the name may be left over from a killed process of the same number
      const std::string name =
          ".xapian-irgan." + std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1)) + ".tmp";
      temporary_ = destination_.parent_path() / name;
      fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (fd_ < 0 && errno == EEXIST);
    if (fd_ < 0) fail(path_, "no file can be made in its folder", errno);
  }

  // Makes the new name outlast a power cut. The new content already stands there, so a file system that cannot do this
  // is no reason to report failure.
  void sync_folder() const {
    const fs::path folder = destination_.has_parent_path() ? destination_.parent_path() : fs::path(".");
    const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) return;
    ::fsync(folder_fd);
    ::close(folder_fd);
  }

  bool close() {
    const int closing = fd_;
    fd_ = -1;
    return closing < 0 || closing == STDOUT_FILENO || ::close(closing) == 0;
  }

  std::string path_;
  fs::path destination_;
  fs::path temporary_;  // empty: written in place, or committed
  int fd_ = -1;
};

// Where the stream's bytes go, as Boost.Iostreams wants it; it copies its devices, hence the pointer to the error.
class Descriptor {
 public:
  using char_type = char;
  using category = io::sink_tag;

  Descriptor(int fd, int* error) : fd_(fd), error_(error) {}

  std::streamsize write(const char* bytes, std::streamsize size) {
    if (*error_ == 0) *error_ = write_all(fd_, bytes, static_cast<std::size_t>(size));
    if (*error_ != 0) throw std::ios_base::failure("write failed");  // the ostream turns it into badbit
    return size;
  }

 private:
  int fd_;
  int* error_;
};

}  // namespace

struct OutputFile::Target {
  explicit Target(const std::string& path_given) : path(path_given), replacement(path_given) {
    if (ends_with(path, ".gz")) stream.push(io::gzip_compressor({}, kBufferSize), kBufferSize);
    if (ends_with(path, ".zst")) stream.push(io::zstd_compressor({}, kBufferSize), kBufferSize);
    stream.push(Descriptor(replacement.fd(), &error), kBufferSize);
  }

  ~Target() {
    // Boost writes out its buffers when it is destroyed; with an error noted, its device lets none of them through.
    if (error == 0) error = ECANCELED;
    finish_stream();
  }

  // Writes out what is buffered and ends the compressed data; false if that, or an earlier write, went wrong.
  bool finish_stream() {
    try {
      const bool was_good = stream.good();
      stream.reset();
      return was_good && error == 0;
    } catch (const std::exception&) {
      return false;
    }
  }

  void commit() {
    if (!finish_stream()) fail(path, "cannot be written", error != 0 ? error : EIO);
    replacement.commit();
  }

  std::string path;
  Replacement replacement;
  int error = 0;  // errno of the first write that failed
  io::filtering_ostream stream;
};

OutputFile::OutputFile(const std::string& path) : target_(std::make_unique<Target>(path)) {}
OutputFile::~OutputFile() = default;
std::ostream& OutputFile::stream() { return target_->stream; }
void OutputFile::commit() { target_->commit(); }

void require_writable(const std::string& path) { const OutputFile tried(path); }

void replace_file(const std::string& path, std::string_view bytes) {
  Replacement replacement(path);
  const int error = write_all(replacement.fd(), bytes.data(), bytes.size());
  if (error != 0) fail(path, "cannot be written", error);
  replacement.commit();
}

}  // namespace irgan
