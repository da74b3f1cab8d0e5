/// A preloaded module that ends a program at its n-th system call of some kind, or makes that call fail, so that tests
/// of faults need no clock.
///
/// Settings, by environment:
///   NTH_CALL_KINDS   names of calls that count, with commas: write, sync, rename, open, unlink, truncate, read, map,
///                    thread, allocate; all but the last three if not set
///   NTH_CALL         the number of the call at which it happens, from 1; 0 or not set: never
///   NTH_CALL_ACTION  kill (the default): SIGKILL before the call; stop: SIGSTOP there; an errno such as ENOSPC or EIO:
///                    the call fails with it
///   NTH_CALL_SMALLEST  bytes that an allocation must ask for to count; 1024 if not set, since what is smaller fails on
///                    no real machine, and JSON values cannot even be freed without
///   NTH_CALL_COUNT   a file that gets the number of calls counted when the program ends by itself
///
/// Counted is what happens in main(). Calls on the standard streams do not count. The calls that glibc makes inside
/// itself (stdio) are not seen.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

enum Kind { kWrite, kSync, kRename, kOpen, kUnlink, kTruncate, kRead, kMap, kThread, kAllocate, kNumKinds };
constexpr const char* kNames[kNumKinds] = {"write",    "sync", "rename", "open",   "unlink",
                                           "truncate", "read", "map",    "thread", "allocate"};

struct Settings {
  bool counts[kNumKinds] = {};
  long at = 0;
  size_t smallest = 1024;
  int failure = 0;  // errno; 0: the signal instead
  int signal = SIGKILL;

  Settings() {
    const char* kinds = std::getenv("NTH_CALL_KINDS");
    const std::string listed = kinds ? "," + std::string(kinds) + "," : "";
    for (int kind = 0; kind < kNumKinds; ++kind) {
      counts[kind] = kinds ? listed.find("," + std::string(kNames[kind]) + ",") != std::string::npos : kind < kMap;
    }
    const char* number = std::getenv("NTH_CALL");
    if (number) at = std::atol(number);
    const char* bytes = std::getenv("NTH_CALL_SMALLEST");
    if (bytes) smallest = static_cast<size_t>(std::atol(bytes));
    const char* action = std::getenv("NTH_CALL_ACTION");
    if (!action || std::strcmp(action, "kill") == 0) return;
    if (std::strcmp(action, "stop") == 0)
      signal = SIGSTOP;
    else if (std::strcmp(action, "ENOSPC") == 0)
      failure = ENOSPC;
    else if (std::strcmp(action, "EIO") == 0)
      failure = EIO;
    else if (std::strcmp(action, "EACCES") == 0)
      failure = EACCES;
    else if (std::strcmp(action, "ENOMEM") == 0)
      failure = ENOMEM;
    else if (std::strcmp(action, "EAGAIN") == 0)
      failure = EAGAIN;
    else
      std::abort();
  }
};

std::atomic<long> num_calls{0};
std::atomic<bool> is_in_main{false};
const Settings* chosen = nullptr;  // once main() runs: to read them takes memory

// Returns false if the call is to fail, with errno set.
bool goes_on(Kind kind) {
  if (!is_in_main.load(std::memory_order_acquire) || !chosen->counts[kind]) return true;
  if (num_calls.fetch_add(1) + 1 != chosen->at) return true;
  if (chosen->failure == 0) {
    kill(getpid(), chosen->signal);
    return true;
  }
  errno = chosen->failure;
  return false;
}

bool has_memory(size_t size) {
  return !is_in_main.load(std::memory_order_acquire) || size < chosen->smallest || goes_on(kAllocate);
}

bool is_standard(int fd) { return fd >= 0 && fd <= 2; }

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct Counter {
  ~Counter() {
    is_in_main = false;
    const char* path = std::getenv("NTH_CALL_COUNT");
    if (!path) return;
    const std::string text = std::to_string(num_calls.load()) + "\n";
    static auto* const real_open = next<int(const char*, int, ...)>("open");
    static auto* const real_write = next<ssize_t(int, const void*, size_t)>("write");
    const int fd = real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || real_write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    close(fd);
  }
} counter;

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

using Main = int(int, char**, char**);
Main* real_main = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  chosen = new Settings;
  is_in_main = true;
  const int code = real_main(argc, argv, environment);
  is_in_main = false;
  return code;
}

}  // namespace

extern "C" {

int __libc_start_main(Main* program, int argc, char** argv, void (*init)(), void (*fini)(), void (*rtld_fini)(),
                      void* stack_end) {
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  real_main = program;
  return next<Start>("__libc_start_main")(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return has_memory(size) ? __libc_malloc(size) : nullptr; }
void* calloc(size_t count, size_t size) { return has_memory(count * size) ? __libc_calloc(count, size) : nullptr; }
void* realloc(void* old, size_t size) { return has_memory(size) ? __libc_realloc(old, size) : nullptr; }
void* aligned_alloc(size_t alignment, size_t size) {
  return has_memory(size) ? __libc_memalign(alignment, size) : nullptr;
}
int posix_memalign(void** result, size_t alignment, size_t size) {
  *result = has_memory(size) ? __libc_memalign(alignment, size) : nullptr;
  return *result ? 0 : ENOMEM;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* given) {
  static auto* const real = next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return goes_on(kThread) ? real(thread, attributes, start, given) : errno;
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  static auto* const real = next<void*(void*, size_t, int, int, int, off_t)>("mmap");
  return goes_on(kMap) ? real(address, size, protection, flags, fd, offset) : MAP_FAILED;
}
void* mmap64(void* address, size_t size, int protection, int flags, int fd, off64_t offset) noexcept {
  static auto* const real = next<void*(void*, size_t, int, int, int, off64_t)>("mmap64");
  return goes_on(kMap) ? real(address, size, protection, flags, fd, offset) : MAP_FAILED;
}

ssize_t read(int fd, void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, void*, size_t)>("read");
  return is_standard(fd) || goes_on(kRead) ? real(fd, bytes, size) : -1;
}
ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, void*, size_t, off_t)>("pread");
  return goes_on(kRead) ? real(fd, bytes, size, offset) : -1;
}
ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  static auto* const real = next<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return goes_on(kRead) ? real(fd, bytes, size, offset) : -1;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return is_standard(fd) || goes_on(kWrite) ? real(fd, bytes, size) : -1;
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return goes_on(kWrite) ? real(fd, bytes, size, offset) : -1;
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return goes_on(kWrite) ? real(fd, bytes, size, offset) : -1;
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  static auto* const real = next<ssize_t(int, const struct iovec*, int)>("writev");
  return is_standard(fd) || goes_on(kWrite) ? real(fd, parts, count) : -1;
}
int fsync(int fd) {
  static auto* const real = next<int(int)>("fsync");
  return goes_on(kSync) ? real(fd) : -1;
}
int fdatasync(int fd) {
  static auto* const real = next<int(int)>("fdatasync");
  return goes_on(kSync) ? real(fd) : -1;
}
int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return goes_on(kRename) ? real(from, to) : -1;
}
int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
  static auto* const real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return goes_on(kRename) ? real(from_fd, from, to_fd, to, flags) : -1;
}
int open(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return goes_on(kOpen) ? real(path, flags, mode) : -1;
}
int open64(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return goes_on(kOpen) ? real(path, flags, mode) : -1;
}
int openat(int folder, const char* path, int flags, ...) {
  static auto* const real = next<int(int, const char*, int, ...)>("openat");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return goes_on(kOpen) ? real(folder, path, flags, mode) : -1;
}
int unlink(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("unlink");
  return goes_on(kUnlink) ? real(path) : -1;
}
int ftruncate(int fd, off_t size) noexcept {
  static auto* const real = next<int(int, off_t)>("ftruncate");
  return goes_on(kTruncate) ? real(fd, size) : -1;
}

}  // extern "C"
