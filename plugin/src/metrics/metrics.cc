#include "irgan/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <mutex>
#include <vector>

#include "plugin/src/metrics/exposition.h"
#include "plugin/src/metrics/figure_places.h"
#include "plugin/src/metrics/search_figures.h"
#include "plugin/src/metrics/shared_counters.h"
#include "plugin/src/process/fork_gate.h"
#include "plugin/src/process/held_signals.h"

namespace irgan {
namespace {

constexpr std::size_t kMostMappings = 8;  // of one process: nobody removes the file that often

// Since 1970: processes that live one after the other share it.
std::uint64_t now_in_seconds() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

void add_to(const SharedCounters& counters, std::size_t place, std::uint64_t amount) {
  if (amount > 0) counters[place].fetch_add(amount, std::memory_order_relaxed);
}

std::string failure(const std::string& path) {
  return "the metrics " + path + " cannot be written: " + std::strerror(errno);
}

}  // namespace

struct Metrics::State {
  State(const std::string& where, ProblemListener listener, std::chrono::seconds interval)
      : path(std::filesystem::absolute(where).string()),
        on_problem(std::move(listener)),
        every(static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(interval.count(), 0))) {
    mappings.push_back(std::make_unique<SharedCounters>(path + ".counters", kLayout, kNumPlaces));
    current.store(mappings.back().get());
  }

  // Whether this search is the one of all processes that writes. A clock that was set back counts as time, too.
  bool is_time(const SharedCounters& counters) const {
    std::uint64_t last = counters[kLastWritten].load(std::memory_order_relaxed);
    const std::uint64_t now = now_in_seconds();
    if (now - last < every && now >= last) return false;
    return counters[kLastWritten].compare_exchange_strong(last, now);
  }

  // Where the file was removed, a new one; what other threads add to the old one meanwhile is lost.
  void follow_file() {
    if (current.load()->is_in_place()) return;
    const std::lock_guard<ForkSafeMutex> lock(mutex);
    if (mappings.back()->is_in_place() || mappings.size() >= kMostMappings) return;
    mappings.push_back(std::make_unique<SharedCounters>(path + ".counters", kLayout, kNumPlaces));
    current.store(mappings.back().get());
  }

  void write() {
    follow_file();
    // Held while it is written: of two who write at once, which a very slow disk may bring about, one goes without.
    const std::string temporary = path + ".tmp";
    const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (file < 0) throw Error(failure(temporary));
    struct Closed {
      int file;
      ~Closed() { close(file); }
    } closed{file};
    struct stat opened {
    }, present{};
    if (flock(file, LOCK_EX | LOCK_NB) != 0) return;
    const bool is_ours = fstat(file, &opened) == 0 && stat(temporary.c_str(), &present) == 0 &&
                         opened.st_ino == present.st_ino && opened.st_dev == present.st_dev;
    if (!is_ours) return;  // renamed since, by one who wrote it
    const std::string all = text_of(*current.load());
    // Without fsync, which may take as long as the disk likes: after a crash of the machine the next search writes.
    if (ftruncate(file, 0) != 0) throw Error(failure(temporary));
    const ssize_t num_written = write_without_signals(file, all.data(), all.size());
    if (num_written >= 0 && num_written < static_cast<ssize_t>(all.size())) errno = ENOSPC;
    if (num_written != static_cast<ssize_t>(all.size())) throw Error(failure(temporary));
    if (rename(temporary.c_str(), path.c_str()) != 0) throw Error(failure(path));
  }

  void write_if_time(const SharedCounters& counters) {
    if (!is_time(counters)) return;
    std::string problem;
    try {
      write();
    } catch (const std::exception& error) {
      problem = error.what();
    }
    if (problem.empty() || !on_problem) return;
    {
      const std::lock_guard<ForkSafeMutex> lock(mutex);
      if (problem == reported) return;
      reported = problem;
    }
    on_problem(problem);
  }

  const std::string path;
  const ProblemListener on_problem;
  const std::uint64_t every;  // seconds
  std::atomic<SharedCounters*> current{nullptr};
  ForkSafeMutex mutex;
  std::vector<std::unique_ptr<SharedCounters>> mappings;  // old ones stay: threads may be adding to them
  std::string reported;
};

Metrics::Metrics(const std::string& path, ProblemListener on_problem, std::chrono::seconds every)
    : state_(std::make_unique<State>(path, std::move(on_problem), every)) {}
Metrics::~Metrics() = default;

void Metrics::add(const SearchFigures& search) noexcept {
  const SharedCounters& counters = *state_->current.load(std::memory_order_acquire);
  add_to(counters, kOutcomes + static_cast<std::size_t>(search.outcome), 1);
  add_to(counters, kExplored, search.is_explored ? 1 : 0);
  std::uint64_t added = 0;
  for (std::size_t step = 0; step < kNumSteps; ++step) {
    const auto nanoseconds = static_cast<std::uint64_t>(search.steps[step].count());
    if (nanoseconds == 0) continue;
    add_to(counters, kStepTimes + step, nanoseconds);
    add_to(counters, kStepCounts + step, 1);
    const bool is_reranking =
        step != static_cast<std::size_t>(Step::first_pass) && step != static_cast<std::size_t>(Step::shadow);
    if (is_reranking) added += nanoseconds;
  }
  if (search.outcome == Outcome::reranked) {
    const auto bucket = std::lower_bound(kBuckets.begin(), kBuckets.end(), static_cast<double>(added) * 1e-9);
    add_to(counters, kBucketCounts + static_cast<std::size_t>(bucket - kBuckets.begin()), 1);
    add_to(counters, kAddedTime, added);
  }
  for (std::size_t kind = 0; kind < kNumFeatureKinds; ++kind) {
    const auto nanoseconds = static_cast<std::uint64_t>(search.features[kind].count());
    if (nanoseconds == 0) continue;
    add_to(counters, kFeatureTimes + kind, nanoseconds);
    add_to(counters, kFeatureCounts + kind, 1);
  }
  for (std::size_t state = 0; state < kNumContextStates; ++state)
    add_to(counters, kContexts + state, search.contexts[state]);
  add_to(counters, kDocuments, search.num_documents);
  add_to(counters, kIncomplete, search.num_incomplete);
  add_to(counters, kValues, search.num_values);
  add_to(counters, kMissing, search.num_missing);
  const bool is_shadowed = search.shadow == ShadowOutcome::same_first || search.shadow == ShadowOutcome::other_first;
  add_to(counters, kShadowed, is_shadowed ? 1 : 0);
  add_to(counters, kShadowOtherFirst, search.shadow == ShadowOutcome::other_first ? 1 : 0);
  add_to(counters, kShadowFailed, search.shadow == ShadowOutcome::failed ? 1 : 0);
  if (search.model != 0 && counters[kModel].load(std::memory_order_relaxed) != search.model)
    counters[kModel].store(search.model, std::memory_order_relaxed);
  try {
    state_->write_if_time(counters);
  } catch (...) {  // of a listener, or for want of memory
  }
}

void Metrics::count_logged(bool is_written) noexcept {
  add_to(*state_->current.load(std::memory_order_acquire), is_written ? kLogged : kNotLogged, 1);
}

std::string Metrics::text() const { return text_of(*state_->current.load(std::memory_order_acquire)); }

}  // namespace irgan
