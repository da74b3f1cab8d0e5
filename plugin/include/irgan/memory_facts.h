/// What a click memory says of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace irgan {

/// How a memory's clicks were counted, and how large it is.
///
/// Units: days, and seconds since 1970 UTC; counts are of whole things
struct MemoryFacts {
  std::string stemmer;  ///< language of Xapian::Stem that its words have; must be the index's
  /// A click counts half for every so many days that it is older than the newest; 0: all count alike.
  double half_life_days = 0.0;
  double newest_time = 0.0;        ///< of a click, seconds since 1970 UTC; 0 if none had a time
  double prior_clicks = 1.0;       ///< k: how many clicks the model's opinion counts for
  std::uint32_t min_sessions = 1;  ///< queries and words of fewer sessions are not in the memory
  std::size_t num_queries = 0;     ///< that are remembered, of min_sessions at least
  std::size_t num_words = 0;       ///< likewise
  std::size_t num_documents = 0;   ///< that were clicked for one of them
  std::size_t num_bytes = 0;       ///< of the file
};

}  // namespace irgan
