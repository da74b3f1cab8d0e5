#include "trainer/machine/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace irgan {

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

}  // namespace irgan
