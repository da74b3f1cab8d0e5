/// Asks for memory before it is needed: what lies far apart arrives together, in the time of one.
#pragma once

#include <cstddef>

namespace irgan {

/// Begins to bring `size` bytes into the processor's cache, and does not wait.
///
/// first: null: nothing is asked for
inline void prefetch(const void* first, std::size_t size) {
  if (first == nullptr) return;
  constexpr std::size_t kLine = 64;  // bytes that come at once
  for (std::size_t i = 0; i < size; i += kLine) __builtin_prefetch(static_cast<const char*>(first) + i);
}

}  // namespace irgan
