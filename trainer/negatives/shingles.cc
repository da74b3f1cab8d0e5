#include "trainer/negatives/shingles.h"

#include <algorithm>

namespace irgan {
namespace {

constexpr std::size_t kWordsAShingle = 3;
constexpr std::uint64_t kFnvOffset = 0xCBF29CE484222325ULL;  // FNV-1a, 64 bits
constexpr std::uint64_t kFnvPrime = 0x100000001B3ULL;

bool is_word_byte(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 127;
}

std::vector<std::uint64_t> word_hashes(std::string_view text) {
  std::vector<std::uint64_t> words;
  bool inside = false;
  for (const char byte : text) {
    auto c = static_cast<unsigned char>(byte);
    if (!is_word_byte(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.push_back(kFnvOffset);
    inside = true;
    if (c >= 'A' && c <= 'Z') c = static_cast<unsigned char>(c - 'A' + 'a');
    words.back() = (words.back() ^ c) * kFnvPrime;
  }
  return words;
}

}  // namespace

Shingles shingles_of(std::string_view text) {
  const std::vector<std::uint64_t> words = word_hashes(text);
  Shingles shingles;
  const std::size_t length = std::min(kWordsAShingle, words.size());
  for (std::size_t begin = 0; length > 0 && begin + length <= words.size(); ++begin) {
    std::uint64_t hash = kFnvOffset;
    for (std::size_t i = begin; i < begin + length; ++i) hash = (hash ^ words[i]) * kFnvPrime + (hash >> 29);
    shingles.push_back(hash);
  }
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

double resemblance(const Shingles& a, const Shingles& b) {
  std::size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) {
      ++common;
      ++i;
      ++j;
    } else {
      ++(*i < *j ? i : j);
    }
  }
  if (a.empty() || b.empty()) return 0.0;
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

}  // namespace irgan
