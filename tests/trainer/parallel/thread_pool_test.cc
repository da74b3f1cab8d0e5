#include "trainer/parallel/thread_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace irgan::thread_pool_test {

TEST_CASE("for_each calls every index once", "[trainer][thread_pool]") {
  const unsigned num_threads = GENERATE(1u, 2u, 5u);
  const std::size_t count = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{1000});
  CAPTURE(num_threads, count);
  ThreadPool threads(num_threads);
  CHECK(threads.num_threads() == num_threads);
  std::vector<int> calls(count);
  std::atomic<bool> thread_in_range{true};
  threads.for_each(count, [&](std::size_t i, unsigned thread) {
    ++calls[i];
    if (thread >= num_threads) thread_in_range = false;
  });
  CHECK(calls == std::vector<int>(count, 1));
  CHECK(thread_in_range);
}

TEST_CASE("a pool of one works on the calling thread", "[trainer][thread_pool]") {
  ThreadPool threads(1);
  const std::thread::id caller = std::this_thread::get_id();
  bool elsewhere = false;
  threads.for_each(
      10, [&](std::size_t, unsigned thread) { elsewhere |= thread != 0 || std::this_thread::get_id() != caller; });
  CHECK_FALSE(elsewhere);
}

TEST_CASE("a thread has its number to itself while it works", "[trainer][thread_pool]") {
  constexpr unsigned kThreads = 5;
  ThreadPool threads(kThreads);
  std::vector<std::atomic<int>> inside(kThreads);
  std::atomic<bool> shared{false};
  threads.for_each(2000, [&](std::size_t, unsigned thread) {
    if (inside[thread].fetch_add(1) != 0) shared = true;
    std::this_thread::yield();
    inside[thread].fetch_sub(1);
  });
  CHECK_FALSE(shared);
}

TEST_CASE("for_each throws the first error by index, after all calls have ended", "[trainer][thread_pool]") {
  const unsigned num_threads = GENERATE(1u, 2u, 5u);
  CAPTURE(num_threads);
  ThreadPool threads(num_threads);
  std::atomic<int> num_calls{0};
  const auto work = [&](std::size_t i, unsigned) {
    ++num_calls;
    if (i % 10 == 7) throw std::runtime_error(std::to_string(i));
  };
  CHECK_THROWS_WITH(threads.for_each(100, work), "7");
  CHECK(num_calls == 100);

  // The failure is forgotten by the next round.
  CHECK_NOTHROW(threads.for_each(100, [](std::size_t, unsigned) {}));
}

TEST_CASE("errors that are no std::exception pass too", "[trainer][thread_pool]") {
  ThreadPool threads(2);
  CHECK_THROWS_AS(threads.for_each(4,
                                   [](std::size_t i, unsigned) {
                                     if (i == 3) throw 42;
                                   }),
                  int);
}

TEST_CASE("a pool is used many times", "[trainer][thread_pool]") {
  const unsigned num_threads = GENERATE(1u, 2u, 5u);
  CAPTURE(num_threads);
  ThreadPool threads(num_threads);
  std::vector<long> sums(7);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t count = static_cast<std::size_t>(round) % (sums.size() + 1);
    threads.for_each(count, [&](std::size_t i, unsigned) { sums[i] += round; });
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    long expected = 0;
    for (int round = 0; round < 2000; ++round) expected += static_cast<std::size_t>(round) % 8 > i ? round : 0;
    CHECK(sums[i] == expected);
  }
}

TEST_CASE("a pool that never worked ends", "[trainer][thread_pool]") {
  for (int k = 0; k < 50; ++k) ThreadPool threads(3);
  CHECK(default_num_threads() >= 1);
}

}  // namespace irgan::thread_pool_test
