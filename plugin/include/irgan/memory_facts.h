/// What a click memory says of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace irgan {

/// What a memory says of itself.
struct MemoryFacts {
  std::string stemmer;  ///< of the words
  /// A click counts half for every so many days that it is older than the newest; 0: all count alike.
  double half_life_days = 0.0;
  double newest_time = 0.0;        ///< of a click, seconds since 1970 UTC; 0 if none had a time
  double prior_clicks = 1.0;       ///< k: how many clicks the model's opinion counts for
  std::uint32_t min_sessions = 1;  ///< queries and words of fewer sessions are not in the memory
  std::size_t num_queries = 0;
  std::size_t num_words = 0;
  std::size_t num_documents = 0;
  std::size_t num_bytes = 0;
};

}  // namespace irgan
