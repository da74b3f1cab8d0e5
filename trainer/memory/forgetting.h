/// What a visitor or a site may ask of a click memory: to forget.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "irgan/memory_builder.h"
#include "trainer/memory/memory_state.h"

namespace irgan {

/// What is to be forgotten.
struct ForgetRequest {
  std::vector<std::string> queries;   ///< words
  std::vector<std::string> sessions;  ///< as the log calls them
};

/// What was.
struct Forgotten {
  std::size_t num_queries = 0;  ///< of the memory, served or held back
  std::size_t num_words = 0;    ///< held back
};

/// Takes out of `state`
/// - each query of the request, with its clicks, and those of its words that are still held back: a word that is served
///   has clicks of other queries, from which these cannot be told;
/// - each query and word that is held back and that one of the sessions clicked for. What is served is sums over at
///   least as many sessions as the rules ask for, from which nobody can tell one, and its sessions are not known any
///   more.
IRGAN_API Forgotten forget(const ForgetRequest& request, MemoryState& state);

}  // namespace irgan
