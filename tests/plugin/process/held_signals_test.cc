#include "plugin/src/process/held_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/trainer/scratch_folder.h"

namespace irgan::held_signals_test {

namespace {

// Runs `work` in a child in which SIGPIPE and SIGXFSZ end the program; returns its wait status.
template <class Work>
int status_of_child(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    _exit(work());
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("a write to a pipe that nobody reads fails and ends nothing", "[plugin][signals]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  CHECK(status_of_child([&] {
          const bool failed = write_without_signals(ends[1], "x", 1) == -1 && errno == EPIPE;
          sigset_t pending;
          sigpending(&pending);
          return failed && !sigismember(&pending, SIGPIPE) ? 0 : 1;
        }) == 0);
  // Afterwards the program's own writes are its own business again.
  const int status = status_of_child([&] {
    write_without_signals(ends[1], "x", 1);
    return static_cast<int>(write(ends[1], "x", 1));
  });
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE));
  close(ends[1]);
}

TEST_CASE("a write beyond the largest size of a file fails and ends nothing", "[plugin][signals]") {
  const ScratchFolder folder;
  const std::string path = folder.write("f", "");
  CHECK(status_of_child([&] {
          const rlimit limit{4, 4};
          setrlimit(RLIMIT_FSIZE, &limit);
          const int file = open(path.c_str(), O_WRONLY);
          return write_without_signals(file, "12345678", 8) == 4 && write_without_signals(file, "5", 1) == -1 &&
                         errno == EFBIG
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("a signal that was waiting before is still there", "[plugin][signals]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  CHECK(status_of_child([&] {
          sigset_t ours, pending;
          sigemptyset(&ours);
          sigaddset(&ours, SIGPIPE);
          pthread_sigmask(SIG_BLOCK, &ours, nullptr);
          raise(SIGPIPE);
          write_without_signals(ends[1], "x", 1);
          sigpending(&pending);
          return sigismember(&pending, SIGPIPE) ? 0 : 1;
        }) == 0);
  close(ends[1]);
}

}  // namespace irgan::held_signals_test
