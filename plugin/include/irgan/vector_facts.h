/// What vectors are made of, and the form in which a vector is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace irgan {

/// What vectors remember of the index that they were made of.
struct VectorFacts {
  std::string index_uuid;                  ///< of all its databases
  std::string stemmer;                     ///< of its terms; empty: they are words as they are
  std::vector<std::string> term_prefixes;  ///< of the terms that have vectors, "Z" of stems included
  std::string basis;                       ///< digest of the term vectors: towers fit documents of the same basis
};

/// A row of one-byte numbers that stand for `scale` times themselves.
///
/// Shapes: numbers: dimensions
/// Units:  the vector's length is 1, unless all its numbers are 0
struct ByteRow {
  std::vector<std::int8_t> numbers;
  float scale = 0.0F;
};

}  // namespace irgan
