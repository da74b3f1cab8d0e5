/// All that is known of the clicks of the past: what a click memory is made from, and what the next day's log is added
/// to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "irgan/errors.h"
#include "irgan/memory_rules.h"
#include "plugin/src/model/memory_codec.h"
#include "trainer/evidence/decay.h"

namespace irgan {

/// Decayed clicks on documents, by query or by word.
struct ClickTable {
  struct Key {
    std::uint64_t key = 0;
    bool is_kept = false;                 ///< enough sessions: served from now on
    std::vector<std::uint32_t> sessions;  ///< hashes of those so far, ascending; none once it is kept
  };
  std::vector<Key> keys;
  std::unordered_map<std::uint64_t, std::uint32_t> places;  ///< of keys
  std::unordered_map<std::uint64_t, DecayedSum> clicks;     ///< place in the upper half, document in the lower

  /// Returns the place of `key`, which is made if there is none.
  std::uint32_t place_of(std::uint64_t key);
};

struct MemoryState {
  MemoryRules rules;
  std::vector<std::string> documents;  ///< ids, by their numbers
  ClickTable queries;
  ClickTable words;
  bool has_time = false;
  double newest_time = 0.0;  ///< seconds since 1970 UTC
  double last_time = 0.0;    ///< of the last row that had one
};

/// Returns the memory to serve: queries and words of enough sessions, their clicks as they stand at the newest time.
/// What has decayed below a millionth of a click is gone.
IRGAN_API MemoryContents served_memory(const MemoryState& state, double prior_clicks);

/// Returns `state` as the bytes of a file: safetensors with a digest. It holds hashes and no words; but who has it, and
/// a list of sessions and queries, can find out which session clicked what rarely asked query.
IRGAN_API std::string encode_state(const MemoryState& state);

/// Throws: FormatError beginning with `origin`
IRGAN_API MemoryState decode_state(std::string_view bytes, const std::string& origin);

}  // namespace irgan
