/// Sorts more records than memory holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "irgan/errors.h"

namespace irgan {

/// Records of a key and a value, both bytes, given back in the order of their keys; equal keys in the order of add().
///
/// What is more than `max_bytes` lies sorted in a temporary file, under TMPDIR if that is set, else /tmp, which has no
/// name and is gone when this object or the program ends.
///
/// Threads: one a thread
/// Cost:    O(n log n); memory by max_bytes (at least 16 KB for each time that max_bytes were full)
class IRGAN_API SortedRuns {
 public:
  explicit SortedRuns(std::size_t max_bytes);
  ~SortedRuns();

  /// Throws: Error if the temporary file cannot be written
  void add(std::string_view key, std::string_view value);

  /// Calls `each` for every record; there are none left after it.
  ///
  /// Throws: Error if the temporary file cannot be read; what `each` throws
  void finish(const std::function<void(std::string_view key, std::string_view value)>& each);

  bool empty() const;
  /// How many times memory was full.
  std::size_t num_spilled() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
