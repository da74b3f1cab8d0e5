#include "trainer/machine/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "trainer/machine/input_guard.h"

namespace irgan {
namespace {

namespace io = boost::iostreams;
namespace fs = std::filesystem;

constexpr std::streamsize kPackingBufferSize = 1 << 16;
constexpr int kMaxLinks = 40;  // as many as Linux follows
constexpr std::string_view kTemporaryBegin = ".xapian-irgan.";
constexpr std::string_view kTemporaryEnd = ".tmp";

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

[[noreturn]] void fail(const std::string& path, const char* deed, int error) {
  throw Error(path + ": " + deed + ": " + std::strerror(error));
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

// Removes the temporary files of runs that are no more: a run holds a lock on its own.
void remove_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator one(folder.empty() ? "." : folder, ignored), end; one != end; one.increment(ignored)) {
    const std::string name = one->path().filename();
    if (name.compare(0, kTemporaryBegin.size(), kTemporaryBegin) != 0 || !ends_with(name, kTemporaryEnd)) continue;
    const int fd = ::open(one->path().c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) continue;
    struct stat facts {};
    const bool is_ours =
        ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_uid == ::geteuid() || ::geteuid() == 0);
    if (is_ours && ::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(one->path().c_str());
    ::close(fd);
    if (ignored) return;
  }
}

// The descriptor to write to, and what becomes of it: a new file beside the target that takes its place, or standard
// output, or a pipe or a device, which have no old content to protect.
class Replacement {
 public:
  Replacement(const std::string& path, Readers readers) : path_(path) {
    require_no_input(path);
    if (path == "-") {
      fd_ = STDOUT_FILENO;
      return;
    }
    struct stat facts {};
    const bool exists = ::stat(path.c_str(), &facts) == 0;
    if (!exists && (errno == EACCES || errno == ELOOP)) fail(path, "cannot be written", errno);
    if (exists && S_ISDIR(facts.st_mode)) fail(path, "cannot be written", EISDIR);
    if (exists && !S_ISREG(facts.st_mode)) {
      fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd_ < 0) fail(path, "cannot be opened for writing", errno);
      return;
    }
    destination_ = output_destination(path);
    open_temporary(exists || readers == Readers::owner ? 0600 : 0666);
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

  void remove_leftovers_beside() const {
    if (!temporary_.empty()) remove_leftovers(temporary_.parent_path());
  }

  void commit() {
    if (temporary_.empty()) return;
    if (::fsync(fd_) != 0) fail(path_, "cannot be written to disk", errno);
    if (::rename(temporary_.c_str(), destination_.c_str()) != 0) fail(path_, "cannot be replaced", errno);
    temporary_.clear();
    close();  // and with it the lock: without that the temporary file would be a leftover
    sync_folder();
  }

 private:
  // Makes a temporary file and locks it, so that other runs can tell it from a leftover.
  void open_temporary(mode_t mode) {
    static std::atomic<unsigned> counter{0};
    while (true) {  // the name may be left over from a killed process of the same number
      const std::string number = std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1));
      temporary_ = destination_.parent_path() / (std::string(kTemporaryBegin) + number + std::string(kTemporaryEnd));
      fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (fd_ < 0 && errno == EEXIST) continue;
      if (fd_ < 0) {
        const int reason = errno;
        temporary_.clear();
        fail(path_, "no file can be made in its folder", reason);
      }
      struct stat facts {};
      const bool is_taken = ::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
      if (!is_taken && (::fstat(fd_, &facts) != 0 || facts.st_nlink > 0)) return;
      close();  // another run took it for a leftover in the moment before it was locked
    }
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

  void close() {
    const int closing = std::exchange(fd_, -1);
    if (closing >= 0 && closing != STDOUT_FILENO) ::close(closing);
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
  Target(const std::string& path_given, Readers readers) : path(path_given), replacement(path_given, readers) {
    replacement.remove_leftovers_beside();
    if (ends_with(path, ".gz")) stream.push(io::gzip_compressor({}, kPackingBufferSize), kPackingBufferSize);
    if (ends_with(path, ".zst")) stream.push(io::zstd_compressor({}, kPackingBufferSize), kPackingBufferSize);
    stream.push(Descriptor(replacement.fd(), &error), kPackingBufferSize);
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

OutputFile::OutputFile(const std::string& path, Readers readers) : target_(std::make_unique<Target>(path, readers)) {}
OutputFile::~OutputFile() = default;
std::ostream& OutputFile::stream() { return target_->stream; }
void OutputFile::commit() { target_->commit(); }

bool is_packed_name(const std::string& path) { return ends_with(path, ".gz") || ends_with(path, ".zst"); }

void require_writable(const std::string& path) { const OutputFile tried(path); }

void replace_file(const std::string& path, std::string_view bytes, Readers readers) {
  Replacement replacement(path, readers);
  const int error = write_all(replacement.fd(), bytes.data(), bytes.size());
  if (error != 0) fail(path, "cannot be written", error);
  replacement.commit();
}

bool is_trusted(unsigned owner, const fs::path& folder) {
  struct stat facts {};
  if (::stat(folder.empty() ? "." : folder.c_str(), &facts) != 0) return true;  // opening it will say why
  const bool is_shared = (facts.st_mode & S_ISVTX) != 0 && (facts.st_mode & S_IWOTH) != 0;
  return !is_shared || owner == ::geteuid() || owner == facts.st_uid;
}

fs::path output_destination(const std::string& path) {
  fs::path at = path;
  for (int i = 0; i < kMaxLinks; ++i) {
    // The link is judged and read by one descriptor, so that nobody can exchange it in between.
    const int fd = ::open(at.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return at;
    struct stat facts {};
    char target[PATH_MAX];
    const bool is_link = ::fstat(fd, &facts) == 0 && S_ISLNK(facts.st_mode);
    const ssize_t size = is_link ? ::readlinkat(fd, "", target, sizeof target) : 0;
    ::close(fd);
    if (size <= 0) return at;
    if (!is_trusted(facts.st_uid, at.parent_path())) {
      throw Error(path +
                  ": is another user's symbolic link in a folder where everyone may write, which is not followed");
    }
    at = at.parent_path() /
         std::string(target, static_cast<std::size_t>(size));  // an absolute target replaces the whole
  }
  fail(path, "cannot be written", ELOOP);
}

bool is_same_output(const std::string& a, const std::string& b) {
  if (a == "-" || b == "-") return a == b;
  const auto is_one = [](const struct stat& x, const struct stat& y) {
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
  };
  struct stat facts_a {};
  struct stat facts_b {};
  const bool has_a = ::stat(a.c_str(), &facts_a) == 0;
  const bool has_b = ::stat(b.c_str(), &facts_b) == 0;
  if (has_a && has_b) return S_ISREG(facts_a.st_mode) && is_one(facts_a, facts_b);
  if (has_a != has_b) return false;
  const fs::path to_a = output_destination(a);
  const fs::path to_b = output_destination(b);
  const auto has_folder = [](const fs::path& path, struct stat& facts) {
    const fs::path folder = path.parent_path();
    return ::stat(folder.empty() ? "." : folder.c_str(), &facts) == 0;
  };
  return to_a.filename() == to_b.filename() && has_folder(to_a, facts_a) && has_folder(to_b, facts_b) &&
         is_one(facts_a, facts_b);
}

OutputLock::OutputLock(const std::string& path) {
  struct stat facts {};
  if (path == "-" || (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode))) return;
  lock_ = output_destination(path);
  lock_ += ".lock";
  while (true) {
    fd_ = ::open(lock_.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
    if (fd_ < 0) fail(path, "no file can be made in its folder", errno);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(std::exchange(fd_, -1));
      throw Error(path + ": another run writes it; let that end first");
    }
    if (::fstat(fd_, &facts) != 0 || facts.st_nlink > 0) return;
    ::close(fd_);  // the run that held it has just ended and removed it
  }
}

OutputLock::~OutputLock() {
  if (fd_ < 0) return;
  ::unlink(lock_.c_str());  // before the lock is given up: the next run's file is not ours
  ::close(fd_);
}

}  // namespace irgan
