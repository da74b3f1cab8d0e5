#include "plugin/src/process/fork_gate.h"

#include <pthread.h>

#include <atomic>

namespace irgan {
namespace {

// Passes read, a fork writes and goes first, or busy threads would keep it waiting for ever. A thread that reads does
// not lock again for a nested pass, which would wait for a fork that waits for the thread.
pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
std::atomic<std::uint64_t> generation{0};
thread_local int num_passes = 0;

void enter_gate() {
  if (num_passes++ == 0) pthread_rwlock_rdlock(&gate);
}

void leave_gate() {
  if (--num_passes == 0) pthread_rwlock_unlock(&gate);
}

void before_fork() {
  if (num_passes == 0) pthread_rwlock_wrlock(&gate);
}

void after_fork_in_parent() {
  if (num_passes == 0) pthread_rwlock_unlock(&gate);
}

// A lock of this kind knows its writer by a thread's number, which is another one here.
void after_fork_in_child() {
  generation.fetch_add(1);
  gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
  if (num_passes > 0) pthread_rwlock_rdlock(&gate);
}

// As long as the library is loaded.
const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);

}  // namespace

ForkPass::ForkPass() { enter_gate(); }
ForkPass::~ForkPass() { leave_gate(); }

void ForkSafeMutex::enter() { enter_gate(); }
void ForkSafeMutex::leave() { leave_gate(); }

std::uint64_t fork_generation() { return generation.load(std::memory_order_relaxed); }

}  // namespace irgan
