/// Compares a query with a short text by characters: finds typing errors and joined words that terms miss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/src/features/word_similarity.h"

namespace irgan {

/// A text made ready for comparison, all of it in one piece of memory.
struct ComparableText {
  std::string_view spaced;                 ///< lower case, words with one space between
  std::string_view joined;                 ///< the same without spaces
  ComparableWords words;                   ///< as in `spaced`, but that an apostrophe inside a word is left out: howls
  Sequence<const std::uint64_t> trigrams;  ///< of "  " + spaced + " ", in code points; sorted, each once

  std::unique_ptr<std::byte[]> bytes;  ///< what the others look at; null: an empty text
  std::size_t num_bytes = 0;
};

/// Makes texts ready one after the other, in the same room.
class TextMaker {
 public:
  /// Lower-cases by Unicode and takes whatever is no word character for a space.
  ComparableText make(std::string_view text);

 private:
  ComparableText packed() const;

  std::string spaced_;
  std::string joined_;
  std::vector<unsigned> points_;
  std::vector<std::uint64_t> trigrams_;
  WordCollector words_;
};

/// TextMaker::make(), once.
ComparableText comparable_text(std::string_view text);

/// Texts, a candidate each; valid as long as this object and whatever it may point into (a ValueSnapshot).
struct ComparableTexts {
  ComparableTexts() = default;
  ComparableTexts(ComparableTexts&&) = default;  // a copy would point into the original
  ComparableTexts& operator=(ComparableTexts&&) = default;

  std::vector<ComparableText> own;
  std::vector<const ComparableText*> all;
};

ComparableTexts comparable_texts(const std::vector<std::string>& texts);

/// The trigrams of a query, to be looked up.
class TrigramSet {
 public:
  explicit TrigramSet(const ComparableText& query);

  /// Returns how many trigrams both have.
  std::size_t num_shared(const ComparableText& text) const;

 private:
  std::size_t place_of(std::uint64_t trigram) const;

  std::vector<std::uint64_t> table_;  // hashed with open addressing; 0, which is no trigram, where nothing is
  unsigned shift_ = 0;
};

/// TrigramSet::num_shared(), once.
std::size_t num_shared_trigrams(const ComparableText& query, const ComparableText& text);
/// Shared trigrams / all trigrams of both; 0 if neither has any.
double trigram_jaccard(const ComparableText& query, const ComparableText& text, std::size_t num_shared);
/// Share of the query's trigrams that the text holds; 0 if the query has none.
double trigram_coverage(const ComparableText& query, std::size_t num_shared);
/// Whether the query without spaces, if longer than two bytes, stands in the text without spaces.
bool joined_match(const ComparableText& query, const ComparableText& text);
/// Whether the text begins with the query, if there is one.
bool prefix_match(const ComparableText& query, const ComparableText& text);

}  // namespace irgan
