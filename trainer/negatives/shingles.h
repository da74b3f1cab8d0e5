/// Near-duplicates of texts, by the word sequences that they share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The hashes of a text's sequences of 3 words, sorted, each once; of the whole text if it has fewer words.
using Shingles = std::vector<std::uint64_t>;

/// Words are runs of ASCII letters and digits and of bytes above 127; the case of ASCII letters does not count.
///
/// Source: Broder, "On the resemblance and containment of documents", 1997; all shingles are kept, since only a handful
///         of texts are compared
IRGAN_API Shingles shingles_of(std::string_view text);

/// Returns the share of common shingles among all of both texts, from 0 to 1; 0 where either has none.
IRGAN_API double resemblance(const Shingles& a, const Shingles& b);

}  // namespace irgan
