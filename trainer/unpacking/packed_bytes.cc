#include "trainer/unpacking/packed_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "irgan/errors.h"

namespace irgan {
namespace {

constexpr std::size_t kPieceSize = 1 << 18;

int opened(const std::string& path, const std::string& shown) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(shown + ": cannot be opened: " + std::strerror(errno));
  struct stat facts {};
  if (::fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    ::close(fd);
    throw Error(shown + ": cannot be read: " + std::strerror(EISDIR));
  }
  return fd;
}

}  // namespace

bool can_be_read_again(const std::string& path) {
  struct stat facts {};
  return path != "-" && (::stat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode));
}

PackedBytes::PackedBytes(const std::string& path)
    : shown_(path == "-" ? "(standard input)" : path),
      is_stdin_(path == "-"),
      fd_(is_stdin_ ? STDIN_FILENO : opened(path, shown_)) {
  struct stat facts {};
  if (::fstat(fd_, &facts) == 0 && S_ISREG(facts.st_mode)) regular_size_ = facts.st_size;
}

PackedBytes::~PackedBytes() {
  if (!is_stdin_) ::close(fd_);
}

std::string_view PackedBytes::peek() {
  while (num_peeked_ < sizeof peeked_) {
    const std::size_t count = read_descriptor(peeked_ + num_peeked_, sizeof peeked_ - num_peeked_);
    if (count == 0) break;
    num_peeked_ += count;
  }
  return {peeked_, num_peeked_};
}

std::size_t PackedBytes::read(char* to, std::size_t size) {
  if (num_given_ == num_peeked_) return read_descriptor(to, size);
  const std::size_t count = std::min(size, num_peeked_ - num_given_);
  std::memcpy(to, peeked_ + num_given_, count);
  num_given_ += count;
  return count;
}

std::string_view PackedBytes::next() {
  piece_.resize(kPieceSize);
  return {piece_.data(), read(piece_.data(), piece_.size())};
}

std::size_t PackedBytes::read_descriptor(char* to, std::size_t size) {
  ssize_t count;
  do {
    count = ::read(fd_, to, size);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw Error(shown_ + ": cannot be read: " + std::strerror(errno));
  return static_cast<std::size_t>(count);
}

}  // namespace irgan
