/// By what a memory counts the sessions of a query or word until they are enough.
#pragma once

#include <cstdint>
#include <string_view>

#include "irgan/memory_rules.h"
#include "trainer/machine/hash.h"

namespace irgan {

/// The key is in the hash, so that nobody sees that two queries are of one session.
inline std::uint32_t session_hash(const MemoryRules& rules, std::uint64_t key, std::string_view session) {
  return static_cast<std::uint32_t>(text_hash(session, mix_hash(rules.salt, key)));
}

}  // namespace irgan
