#include "plugin/src/metrics/shared_counters.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "plugin/src/process/held_signals.h"

namespace irgan {
namespace {

using Counter = std::atomic<std::uint64_t>;
static_assert(Counter::is_always_lock_free && sizeof(Counter) == sizeof(std::uint64_t));

constexpr const char* kHead = "irgan counters ";
constexpr std::size_t kHeadSize = 16;  // so that counters are aligned

}  // namespace

SharedCounters::SharedCounters(const std::string& path, char layout, std::size_t num_counters)
    : path_(path), head_(kHead + std::string(1, layout)), size_(kHeadSize + num_counters * sizeof(Counter)) {
  // Between a look and the making of a file another process may have made it.
  for (int attempt = 0; attempt < 3 && !open_present(); ++attempt) make();
  if (file_ < 0) throw Error(path_ + ": is removed again and again");
  memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory_ == MAP_FAILED) {
    const int failure = errno;
    close(file_);
    errno = failure;
    fail("cannot be mapped");
  }
  counters_ = reinterpret_cast<Counter*>(static_cast<char*>(memory_) + kHeadSize);
}

SharedCounters::~SharedCounters() {
  munmap(memory_, size_);
  close(file_);
}

void SharedCounters::fail(const char* what) const {
  throw Error(path_ + ": the counters " + what + ": " + std::strerror(errno));
}

// False if there is no file, or one of another version, which is removed.
bool SharedCounters::open_present() {
  const int file = open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0 && errno == ENOENT) return false;
  if (file < 0) fail("cannot be opened");
  struct stat status {};
  char head[kHeadSize];
  const bool is_ours = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                       pread(file, head, sizeof head, 0) == static_cast<ssize_t>(sizeof head) &&
                       std::memcmp(head, kHead, std::strlen(kHead)) == 0;
  const bool is_same =
      is_ours && static_cast<std::size_t>(status.st_size) == size_ && std::memcmp(head, head_.data(), kHeadSize) == 0;
  if (is_same) {
    file_ = file;
    return true;
  }
  close(file);
  if (!is_ours) throw Error(path_ + ": is a file of something else");
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) fail("of another version cannot be removed");
  return false;
}

// Whole or not at all, and written to its end, so that a full disk shows here and not when a counter is first touched.
void SharedCounters::make() {
  std::string temporary = path_ + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail("cannot be made");
  std::string bytes(size_, '\0');
  bytes.replace(0, kHeadSize, head_);
  errno = ENOSPC;  // of a write that is cut short
  int failure = write_without_signals(file, bytes.data(), size_) == static_cast<ssize_t>(size_) ? 0 : errno;
  if (failure == 0 && link(temporary.c_str(), path_.c_str()) != 0 && errno != EEXIST) failure = errno;
  close(file);
  unlink(temporary.c_str());
  errno = failure;
  if (failure != 0) fail("cannot be made");
}

bool SharedCounters::is_in_place() const {
  struct stat ours {
  }, present{};
  return fstat(file_, &ours) == 0 && stat(path_.c_str(), &present) == 0 && ours.st_dev == present.st_dev &&
         ours.st_ino == present.st_ino;
}

}  // namespace irgan
