/// Small click memories, made by hand.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "irgan/click_memory.h"
#include "irgan/query_words.h"
#include "plugin/src/model/memory_codec.h"

namespace irgan {

/// Clicks on documents by query text.
using ClicksOfQueries = std::map<std::string, std::map<std::string, float>>;

/// The contents of a memory of `clicks`, its words those of the queries.
inline MemoryContents memory_contents(const ClicksOfQueries& clicks, double prior_clicks = 1.0,
                                      const std::string& stemmer = "english") {
  MemoryContents contents;
  contents.facts.stemmer = stemmer;
  contents.facts.half_life_days = 5.0;
  contents.facts.newest_time = 1.7e9;
  contents.facts.prior_clicks = prior_clicks;
  std::map<std::string, std::uint32_t> numbers;
  for (const auto& [text, documents] : clicks) {
    for (const auto& [id, amount] : documents) {
      if (numbers.emplace(id, numbers.size()).second) contents.documents.push_back(id);
    }
  }
  QueryWords finder({}, stemmer);
  std::map<std::string, std::map<std::uint32_t, float>> by_word;
  for (const auto& [text, documents] : clicks) {
    const std::vector<std::string> words = finder.of_text(text);
    MemoryEntry entry{query_key(words), 0.0, {}};
    for (const auto& [id, amount] : documents) {
      entry.num_clicks += amount;
      entry.clicks.emplace_back(numbers[id], amount);
      for (const std::string& word : words) by_word[word][numbers[id]] += amount;
    }
    contents.queries.push_back(entry);
  }
  for (const auto& [word, documents] : by_word) {
    MemoryEntry entry{word_key(word), 0.0, {documents.begin(), documents.end()}};
    for (const auto& [document, amount] : documents) entry.num_clicks += amount;
    contents.words.push_back(entry);
  }
  return contents;
}

inline std::shared_ptr<const ClickMemory> memory_of(const ClicksOfQueries& clicks, double prior_clicks = 1.0) {
  return ClickMemory::from_bytes(encode_memory(memory_contents(clicks, prior_clicks)), "memory");
}

}  // namespace irgan
