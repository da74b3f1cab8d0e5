#include "trainer/negatives/shingles.h"

#include <xapian.h>

#include <algorithm>
#include <string>

namespace irgan {
namespace {

constexpr std::size_t kWordsAShingle = 3;
constexpr std::uint64_t kFnvOffset = 0xCBF29CE484222325ULL;  // FNV-1a, 64 bits
constexpr std::uint64_t kFnvPrime = 0x100000001B3ULL;

struct Range {
  unsigned first;
  unsigned last;
};

template <std::size_t kSize>
bool is_in(const Range (&ranges)[kSize], unsigned character) {
  return std::any_of(ranges, ranges + kSize,
                     [=](const Range& range) { return character >= range.first && character <= range.last; });
}

// Letters of scripts that put no spaces between words.
bool is_word_alone(unsigned character) {
  constexpr Range kRanges[] = {{0x0E01, 0x0EFF},     // Thai, Lao
                               {0x1000, 0x109F},     // Burmese
                               {0x1780, 0x17FF},     // Khmer
                               {0x2E80, 0x2FDF},     // radicals
                               {0x3005, 0x3007},     // repetition, zero
                               {0x3041, 0x30FA},     // Hiragana, Katakana
                               {0x30FC, 0x312F},     // Katakana, Bopomofo
                               {0x31A0, 0x31FF},     // extensions of both
                               {0x3400, 0x4DBF},     // Han
                               {0x4E00, 0x9FFF},     //
                               {0xF900, 0xFAFF},     //
                               {0xFF66, 0xFF9F},     // Katakana of half width
                               {0x20000, 0x3FFFF}};  // Han
  return is_in(kRanges, character);
}

// Spaces, and the punctuation of those scripts. Other signs beyond ASCII are taken for letters.
bool is_separator(unsigned character) {
  constexpr Range kRanges[] = {{0x2000, 0x200B}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x30FB, 0x30FB},
                               {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}};
  return is_in(kRanges, character) || Xapian::Unicode::is_whitespace(character);
}

bool is_digit(unsigned character) { return character >= '0' && character <= '9'; }

bool is_word_character(unsigned character) {
  if (character > 127) return !is_separator(character);
  return is_digit(character) || (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

std::uint64_t mixed(std::uint64_t hash, unsigned character) {
  for (unsigned rest = Xapian::Unicode::tolower(character); rest > 0; rest >>= 8) {
    hash = (hash ^ (rest & 0xFF)) * kFnvPrime;
  }
  return hash;
}

struct Words {
  std::vector<std::uint64_t> hashes;
  std::size_t num_alone = 0;  ///< single characters
};

Words words_of(const std::vector<unsigned>& text) {
  Words words;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned c = text[i];
    if (is_word_alone(c)) {
      words.hashes.push_back(mixed(kFnvOffset, c));
      ++words.num_alone;
      inside = false;
      continue;
    }
    const bool is_minus = c == '-' && i + 1 < text.size() && is_digit(text[i + 1]) &&
                          (i == 0 || Xapian::Unicode::is_whitespace(text[i - 1]));
    const bool is_part = is_word_character(c) || is_minus || (inside && (c == '+' || c == '#'));
    if (is_part && !inside) words.hashes.push_back(kFnvOffset);
    if (is_part) words.hashes.back() = mixed(words.hashes.back(), c);
    inside = is_part;
  }
  return words;
}

bool is_punctuation(unsigned character) {
  constexpr std::string_view kSigns = ".,;:!?\"'()[]{}<>`";
  return is_separator(character) || (character <= 127 && kSigns.find(static_cast<char>(character)) != kSigns.npos);
}

// The whole text with its signs, but for case, spaces, and punctuation that ends a word or stands around it.
std::uint64_t hash_with_signs(const std::vector<unsigned>& text) {
  std::uint64_t hash = kFnvOffset;
  bool is_apart = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_word = i + 1 < text.size() && is_word_character(text[i + 1]);
    const bool behind_word = i > 0 && is_word_character(text[i - 1]);
    const bool is_hyphen = (text[i] == '-' || text[i] == '_' || text[i] == '/') && before_word && behind_word;
    const bool is_point = text[i] == '.' && before_word;  // .NET, 1.5
    if (is_hyphen || (is_punctuation(text[i]) && !is_point)) {
      is_apart = true;
      continue;
    }
    if (is_apart) hash = mixed(hash, ' ');
    is_apart = false;
    hash = mixed(hash, text[i]);
  }
  return hash;
}

}  // namespace

Shingles shingles_of(std::string_view text) {
  std::vector<unsigned> characters;
  characters.reserve(text.size());
  for (Xapian::Utf8Iterator one(text.data(), text.size()); one != Xapian::Utf8Iterator(); ++one) {
    characters.push_back(*one);
  }
  const Words words = words_of(characters);
  Shingles shingles;
  shingles.of_characters = 2 * words.num_alone > words.hashes.size();
  if (words.hashes.empty()) return shingles;
  if (words.hashes.size() < kWordsAShingle) {
    shingles.hashes.push_back(hash_with_signs(characters));
    return shingles;
  }
  for (std::size_t begin = 0; begin + kWordsAShingle <= words.hashes.size(); ++begin) {
    std::uint64_t hash = kFnvOffset;
    for (std::size_t i = begin; i < begin + kWordsAShingle; ++i) {
      hash = (hash ^ words.hashes[i]) * kFnvPrime + (hash >> 29);
    }
    shingles.hashes.push_back(hash);
  }
  std::sort(shingles.hashes.begin(), shingles.hashes.end());
  shingles.hashes.erase(std::unique(shingles.hashes.begin(), shingles.hashes.end()), shingles.hashes.end());
  return shingles;
}

double resemblance(const Shingles& a, const Shingles& b) {
  if (a.empty() || b.empty()) return 0.0;
  std::size_t common = 0;
  for (auto i = a.hashes.begin(), j = b.hashes.begin(); i != a.hashes.end() && j != b.hashes.end();) {
    if (*i == *j) {
      ++common;
      ++i;
      ++j;
    } else {
      ++(*i < *j ? i : j);
    }
  }
  const auto both = static_cast<double>(a.size() + b.size());
  const auto shared = static_cast<double>(common);
  return a.of_characters && b.of_characters ? 2.0 * shared / both : shared / (both - shared);
}

}  // namespace irgan
