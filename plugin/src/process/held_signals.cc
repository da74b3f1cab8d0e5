#include "plugin/src/process/held_signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace irgan {
namespace {

/// Holds off what a write sends to its own thread, and at the end takes back what came.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    sigemptyset(&ours_);
    for (const int number : {SIGPIPE, SIGXFSZ}) {
      if (!sigismember(&pending, number)) sigaddset(&ours_, number);
    }
    pthread_sigmask(SIG_BLOCK, &ours_, &before_);
  }
  ~HeldSignals() {
    const timespec no_wait{0, 0};
    while (sigtimedwait(&ours_, nullptr, &no_wait) > 0 || errno == EINTR) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  sigset_t ours_, before_;
};

}  // namespace

ssize_t write_without_signals(int file, const void* bytes, std::size_t size) {
  ssize_t count = 0;
  int error = 0;
  {
    const HeldSignals held;
    count = write(file, bytes, size);
    error = errno;
  }
  errno = error;
  return count;
}

}  // namespace irgan
