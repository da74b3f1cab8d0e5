/// Numbers that all processes with one file count together.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "irgan/errors.h"

namespace irgan {

/// A file of counters in this process's memory, which stays what it is across forks, and when processes end.
///
/// Form: 16 bytes "irgan counters N", N the version of the layout; then the counters, 8 bytes each, as the machine
/// writes them.
///
/// Threads: safe to share, also between processes
class SharedCounters {
 public:
  /// Opens the file or makes it. One of another version is begun anew.
  ///
  /// layout: its version, a digit
  /// Throws: Error if that cannot be done, or `path` is a file of something else
  SharedCounters(const std::string& path, char layout, std::size_t num_counters);
  ~SharedCounters();
  SharedCounters(const SharedCounters&) = delete;
  SharedCounters& operator=(const SharedCounters&) = delete;

  std::atomic<std::uint64_t>& operator[](std::size_t counter) const { return counters_[counter]; }

  /// Whether the file still stands at its path, so that other processes count here, too.
  bool is_in_place() const;

 private:
  bool open_present();
  void make();
  [[noreturn]] void fail(const char* what) const;

  const std::string path_;
  const std::string head_;
  const std::size_t size_;  // bytes of the file
  int file_ = -1;
  void* memory_ = nullptr;
  std::atomic<std::uint64_t>* counters_ = nullptr;
};

}  // namespace irgan
