/// Near-duplicates of texts, by the word sequences that they share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The hashes of a text's sequences of 3 words, sorted, each once; of the whole text if it has fewer words.
struct Shingles {
  std::vector<std::uint64_t> hashes;
  bool of_characters = false;  ///< most of its words are single characters, of scripts without spaces

  std::size_t size() const { return hashes.size(); }
  bool empty() const { return hashes.empty(); }
  bool operator==(const Shingles& other) const { return hashes == other.hashes; }
};

/// Words are runs of ASCII letters and digits and of other characters than spaces. Case does not count.
///
/// - Of scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each character is a word.
/// - + and # behind a word, and - before a number, belong to it: C, C++ and C# are three.
/// - In a text of fewer than 3 words all signs count but punctuation: C-- is a fourth.
///
/// Source: Broder, "On the resemblance and containment of documents", 1997; all shingles are kept, since only a handful
///         of texts are compared
IRGAN_API Shingles shingles_of(std::string_view text);

/// Returns the share of common shingles among all of both texts, from 0 to 1; 0 where either has none. Between texts of
/// characters it is the share among the shingles of one text (Dice's coefficient): one changed word changes several
/// characters there.
IRGAN_API double resemblance(const Shingles& a, const Shingles& b);

}  // namespace irgan
