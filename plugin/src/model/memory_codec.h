/// The file of a click memory: a safetensors file (little-endian, the digest of all bytes at its end) whose tables are
/// looked up where they stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "irgan/errors.h"
#include "irgan/memory_facts.h"

namespace irgan {

/// Most documents that are kept of a query, and of a word; those with most clicks. A live search looks each of a
/// query's up in the index.
inline constexpr std::size_t kMostOfQuery = 300;
inline constexpr std::size_t kMostOfWord = 1000;

/// The keys by which queries and words are looked up.
IRGAN_API std::uint64_t query_key(const std::vector<std::string>& words);
IRGAN_API std::uint64_t word_key(const std::string& word);

/// The clicks of one query or word, to be written.
struct MemoryEntry {
  std::uint64_t key = 0;
  double num_clicks = 0.0;                              ///< on all documents
  std::vector<std::pair<std::uint32_t, float>> clicks;  ///< number of the document, decayed clicks
};

/// What a memory is written from.
struct MemoryContents {
  MemoryFacts facts;                   ///< without the numbers
  std::vector<std::string> documents;  ///< ids, by their numbers
  std::vector<MemoryEntry> queries;    ///< in any order, keys distinct
  std::vector<MemoryEntry> words;
};

/// Requires: document numbers < documents.size()
IRGAN_API std::string encode_memory(MemoryContents contents);

/// A table in the file: entry i has keys[i], totals[i], and from ends[i - 1] to ends[i] the documents and their clicks.
struct MemoryTable {
  std::size_t size = 0;
  const std::uint64_t* keys = nullptr;  ///< ascending
  const double* totals = nullptr;
  const std::uint64_t* ends = nullptr;
  const std::uint32_t* documents = nullptr;
  const float* clicks = nullptr;  ///< falling within an entry

  std::uint64_t begin_of(std::size_t i) const { return i == 0 ? 0 : ends[i - 1]; }
};

/// A file's tables, where they stand.
struct MemoryView {
  MemoryFacts facts;
  MemoryTable queries;
  MemoryTable words;
  const float* lengths = nullptr;  ///< of each document: the clicks of all words on it
  const std::uint64_t* id_ends = nullptr;
  std::string_view ids;

  std::string_view id(std::uint32_t document) const {
    const std::uint64_t begin = document == 0 ? 0 : id_ends[document - 1];
    return ids.substr(begin, id_ends[document] - begin);
  }
};

/// Requires: `bytes` begin at an address that 8 divides
/// Throws:   FormatError beginning with `origin`; after it no look-up can leave the tables
IRGAN_API MemoryView view_memory(std::string_view bytes, const std::string& origin);

}  // namespace irgan
