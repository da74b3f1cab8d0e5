#include "plugin/src/process/fork_gate.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace irgan::fork_gate_test {

namespace {

constexpr unsigned kLongest = 60;  // seconds after which a child that hangs is ended

// Runs `work` in a forked child; returns whether it came to its end.
template <class Work>
bool child_ends(const Work& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kLongest);
    work();
    _exit(0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("a child that is forked beside busy threads finds no lock held", "[plugin][fork]") {
  ForkSafeMutex mutex, other;
  std::pair<long, long> equal;  // changed together
  std::atomic<bool> stop{false};
  std::atomic<int> num_busy{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      ++num_busy;
      while (!stop) {
        const std::lock_guard<ForkSafeMutex> lock(mutex);
        const std::lock_guard<ForkSafeMutex> inner(other);
        ++equal.first;
        for (int k = 0; k < 1000; ++k) std::atomic_signal_fence(std::memory_order_seq_cst);
        ++equal.second;
      }
    });
  }
  // A thread that is being made holds locks of a sanitizer, which are none of ours.
  while (num_busy < 3) std::this_thread::yield();
  int num_good = 0;
  for (int i = 0; i < 100; ++i) {
    num_good += child_ends([&] {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      const std::lock_guard<ForkSafeMutex> inner(other);
      if (equal.first != equal.second) _exit(1);
      // Threads of its own, and children of its own.
      std::thread([&] { const ForkPass pass; }).join();
    });
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(num_good == 100);
}

TEST_CASE("a thread may fork with a pass of its own, and counts the generation", "[plugin][fork]") {
  const std::uint64_t generation = fork_generation();
  ForkSafeMutex mutex;
  {
    const std::lock_guard<ForkSafeMutex> lock(mutex);
    CHECK(child_ends([&] {
      if (fork_generation() != generation + 1) _exit(1);
      mutex.unlock();
      mutex.lock();
      if (!child_ends([&] { _exit(fork_generation() == generation + 2 ? 0 : 1); })) _exit(1);
    }));
  }
  CHECK(fork_generation() == generation);
  CHECK(child_ends([&] { const std::lock_guard<ForkSafeMutex> lock(mutex); }));
}

}  // namespace irgan::fork_gate_test
