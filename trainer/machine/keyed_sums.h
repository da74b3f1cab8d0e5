/// Sums by key, of more keys than memory holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "irgan/errors.h"
#include "trainer/machine/sorted_runs.h"

namespace irgan {

/// Two sums for each key of 64 bits; keys are hashes, whose lower bits are spread well.
///
/// When the table is full, its sums go to a temporary file (SortedRuns), and it is begun anew; finish() adds up what
/// the parts say. The sums are exact if the amounts are whole numbers, else rounded in the order of the parts.
///
/// Threads: one a thread
/// Cost:    add() O(1); memory by max_bytes
class IRGAN_API KeyedSums {
 public:
  struct Entry {
    std::uint64_t key = 0;
    double first = 0.0;
    double second = 0.0;
  };

  explicit KeyedSums(std::size_t max_bytes);

  /// Throws: Error if the temporary file cannot be written
  void add(std::uint64_t key, double first, double second);

  /// Calls `each` once for every key, in their order; there are none left after it.
  ///
  /// Throws: Error if the temporary file cannot be read; what `each` throws
  void finish(const std::function<void(const Entry&)>& each);

 private:
  void make_room();
  void grow();
  void spill();
  std::vector<Entry> take_sorted();

  std::size_t max_slots_;
  std::vector<Entry> slots_;  // open addressing; first and second both 0: free
  std::size_t num_used_ = 0;
  SortedRuns full_tables_;
};

}  // namespace irgan
