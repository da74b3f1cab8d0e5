#include "plugin/src/process/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace irgan {

int open_regular_file(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe waits for its writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) {
    const std::string reason = std::strerror(errno);
    if (file >= 0) close(file);
    throw Error(path + ": cannot be read: " + reason);
  }
  if (S_ISREG(status.st_mode)) return file;
  close(file);
  throw Error(path +
              ": cannot be read: " + (S_ISDIR(status.st_mode) ? std::strerror(EISDIR) : "it is no regular file"));
}

}  // namespace irgan
