#include "plugin/src/model/file_bytes.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "plugin/src/process/regular_file.h"

namespace irgan {
namespace {

constexpr std::size_t kCopied = std::size_t{16} << 20;
constexpr std::size_t kBufferSize = std::size_t{1} << 16;

/// A file descriptor that closes itself.
struct Descriptor {
  const int number;
  explicit Descriptor(const std::string& path) : number(open_regular_file(path)) {}
  ~Descriptor() { close(number); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

[[noreturn]] void refuse(const std::string& path) { throw Error(path + ": cannot be read: " + std::strerror(errno)); }

// Reads to the end, whatever size the file has been said to have.
std::string read_all(const Descriptor& file, const std::string& path) {
  std::string content;
  for (std::size_t size = 0;;) {
    content.resize(std::max(2 * size, kBufferSize));
    const ssize_t count = read(file.number, content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(path);
    size += static_cast<std::size_t>(count);
    if (count == 0) {
      content.resize(size);
      return content;
    }
  }
}

std::shared_ptr<void> memory_of(std::size_t size) {
  return {operator new(size > 0 ? size : 1), [](void* bytes) { operator delete(bytes); }};
}

}  // namespace

std::string read_file(const std::string& path) {
  const Descriptor file(path);
  return read_all(file, path);
}

FileBytes FileBytes::copy_of(std::string_view bytes) {
  FileBytes copy;
  const std::shared_ptr<void> memory = memory_of(bytes.size());
  if (!bytes.empty()) std::memcpy(memory.get(), bytes.data(), bytes.size());
  copy.bytes_ = memory;
  copy.size_ = bytes.size();
  return copy;
}

FileBytes FileBytes::of_file(const std::string& path) {
  const Descriptor file(path);
  struct stat status {};
  if (fstat(file.number, &status) != 0) refuse(path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size <= kCopied) return copy_of(read_all(file, path));  // cut short meanwhile: the digest tells
  void* const mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number, 0);
  if (mapped == MAP_FAILED) refuse(path);
  FileBytes result;
  result.size_ = size;
  result.bytes_ =
      std::shared_ptr<const void>(mapped, [size](const void* bytes) { munmap(const_cast<void*>(bytes), size); });
  return result;
}

}  // namespace irgan
