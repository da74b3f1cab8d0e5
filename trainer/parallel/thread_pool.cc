#include "trainer/parallel/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "trainer/parallel/processor_quota.h"

namespace irgan {
namespace {

// A thread that sleeps takes some 30 us to wake, as long as a small piece of training. Whoever waits looks for this
// long, and gives way to others while it does, before it sleeps.
constexpr std::chrono::microseconds kLongestLook{100};

template <class Ready>
void look_for(const Ready& ready) {
  const auto end = std::chrono::steady_clock::now() + kLongestLook;
  while (!ready() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

}  // namespace

struct ThreadPool::State {
  std::mutex mutex;  // held where anything but `next` is changed
  std::condition_variable work_ready;
  std::condition_variable work_done;
  std::atomic<std::uint64_t> round{0};
  bool stopping = false;
  std::atomic<unsigned> num_busy{0};

  const std::function<void(std::size_t, unsigned)>* work = nullptr;
  std::size_t count = 0;
  std::atomic<std::size_t> next{0};
  std::size_t failed_at = 0;
  std::exception_ptr failure;

  std::vector<std::thread> threads;

  void take_pieces(unsigned thread) {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      try {
        (*work)(i, thread);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!failure || i < failed_at) {
          failure = std::current_exception();
          failed_at = i;
        }
      }
    }
  }

  void serve(unsigned thread) {
    std::uint64_t seen = 0;
    const auto has_begun = [&] { return round != seen; };
    while (true) {
      look_for(has_begun);
      {
        std::unique_lock<std::mutex> lock(mutex);
        work_ready.wait(lock, has_begun);
        if (stopping) return;
        seen = round;
      }
      take_pieces(thread);
      const std::lock_guard<std::mutex> lock(mutex);
      if (--num_busy == 0) work_done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(unsigned num_threads) : state_(std::make_unique<State>()) {
  assert(num_threads > 0);
  state_->threads.reserve(num_threads - 1);
  try {
    for (unsigned thread = 1; thread < num_threads; ++thread) {
      state_->threads.emplace_back([state = state_.get(), thread] { state->serve(thread); });
    }
  } catch (const std::system_error&) {
    // Results do not depend on the number of threads: those that there are do the work.
  } catch (const std::bad_alloc&) {
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stopping = true;
    ++state_->round;
  }
  state_->work_ready.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

unsigned ThreadPool::num_threads() const { return static_cast<unsigned>(state_->threads.size()) + 1; }

void ThreadPool::for_each(std::size_t count, const std::function<void(std::size_t, unsigned)>& work) {
  State& state = *state_;
  {
    const std::lock_guard<std::mutex> lock(state.mutex);
    state.work = &work;
    state.count = count;
    state.next = 0;
    state.failure = nullptr;
    state.num_busy = static_cast<unsigned>(state.threads.size());
    ++state.round;
  }
  state.work_ready.notify_all();
  state.take_pieces(0);
  const auto is_done = [&] { return state.num_busy == 0; };
  look_for(is_done);
  std::unique_lock<std::mutex> lock(state.mutex);
  state.work_done.wait(lock, is_done);
  if (state.failure) std::rethrow_exception(state.failure);
}

unsigned default_num_threads() {
  cpu_set_t allowed;
  const unsigned num_processors = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                                      ? static_cast<unsigned>(CPU_COUNT(&allowed))
                                      : std::thread::hardware_concurrency();
  return std::max(1U, std::min(num_processors, processor_quota().value_or(num_processors)));
}

}  // namespace irgan
