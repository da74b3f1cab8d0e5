/// Hashes that are the same numbers on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace irgan {

/// Returns a hash in which every bit of `value` has reached every bit; seeds for several uses are made of it, too.
///
/// Source: the finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014)
constexpr std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t value) {
  hash += value + 0x9E3779B97F4A7C15;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
  return hash ^ (hash >> 31);
}

/// Returns XXH3 of `text`: 64 bits, all of them spread well.
std::uint64_t text_hash(std::string_view text);
std::uint64_t text_hash(std::string_view text, std::uint64_t seed);

}  // namespace irgan
