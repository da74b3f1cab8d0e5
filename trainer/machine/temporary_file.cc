#include "trainer/machine/temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

namespace irgan {
namespace {

namespace fs = std::filesystem;

// Opens a folder that is this user's own and locks it; -1 if it is none, or in use.
int locked_folder(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return fd;
  struct stat facts {};
  const bool is_ours = ::fstat(fd, &facts) == 0 && facts.st_uid == ::geteuid();
  if (is_ours && ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

// Removes the folders of runs that are no more: `begin`, then digits and dashes.
void remove_folders(const fs::path& where, std::string_view begin) {
  std::error_code ignored;
  for (fs::directory_iterator one(where, ignored), end; one != end; one.increment(ignored)) {
    const std::string name = one->path().filename();
    if (name.size() <= begin.size() || name.compare(0, begin.size(), begin) != 0) continue;
    if (name.find_first_not_of("0123456789-", begin.size()) != std::string::npos) continue;
    const int fd = locked_folder(one->path());
    if (fd < 0) continue;
    std::error_code failed;
    fs::remove_all(one->path(), failed);
    ::close(fd);
    if (ignored) return;
  }
}

}  // namespace

TemporaryFile::TemporaryFile() {
  const char* folder = std::getenv("TMPDIR");
  folder_ = folder != nullptr && *folder != '\0' ? folder : "/tmp";
  std::string name = folder_ + "/xapian-irgan.XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) throw Error(folder_ + ": no temporary file can be made (set TMPDIR): " + std::strerror(errno));
  ::unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() { ::close(fd_); }

void TemporaryFile::append(const void* bytes, std::size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::pwrite(fd_, from, size, static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      throw Error(folder_ + ": the temporary file cannot be written (set TMPDIR): " + std::strerror(errno));
    from += count;
    size -= static_cast<std::size_t>(count);
    size_ += static_cast<std::uint64_t>(count);
  }
}

void TemporaryFile::read(std::uint64_t offset, void* to, std::size_t size) const {
  char* into = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t count = ::pread(fd_, into, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw Error(folder_ + ": the temporary file cannot be read back: " + std::strerror(errno));
    into += count;
    size -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
}

TemporaryFolder::TemporaryFolder(const std::string& prefix, bool is_private) {
  static std::atomic<unsigned> counter{0};
  const fs::path pattern(prefix);
  remove_folders(pattern.has_parent_path() ? pattern.parent_path() : fs::path("."), pattern.filename().string());
  while (true) {
    path_ = prefix + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1));
    if (::mkdir(path_.c_str(), is_private ? 0700 : 0777) != 0) {
      if (errno == EEXIST) continue;
      throw Error(path_ + ": no folder can be made here: " + std::strerror(errno));
    }
    fd_ = locked_folder(path_);
    // Where there are no locks nobody removes it either; else another run took it for a leftover just now.
    if (fd_ >= 0 || ::access(path_.c_str(), F_OK) == 0) return;
  }
}

TemporaryFolder::~TemporaryFolder() {
  try {
    std::error_code ignored;
    if (::rmdir(path_.c_str()) != 0) fs::remove_all(path_, ignored);  // an empty one goes without being read
  } catch (const std::bad_alloc&) {
    // The next run removes it.
  }
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace irgan
