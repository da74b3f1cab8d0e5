/// Compares a query with a short text word by word: forgives typing errors, knows parts and numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace irgan {

/// A word made ready for comparison.
struct ComparableWord {
  std::u32string letters;        ///< code points in lower case
  std::uint64_t letter_set = 0;  ///< bit (code point % 64) of each
  bool begins_part = false;      ///< the first of its text, or behind a colon or a dash beside a space
  std::uint32_t number = 0;      ///< the same for the same letters in one ValueSnapshot; 0: not numbered
};

/// What an index knows of a word.
struct WordFacts {
  std::string stem;
  double idf = 1.0;  ///< what the word weighs
};

/// A text's words with what an index knows of each.
struct WeighedWords {
  const std::vector<ComparableWord>& words;
  const WordFacts* const* facts;  ///< one a word
};

/// Makes words of a text's characters.
class WordCollector {
 public:
  /// Takes a word character, in lower case.
  void add_letter(unsigned point);
  /// Takes any other character. A single apostrophe between letters parts no word.
  void add_other(unsigned point);
  std::vector<ComparableWord> take();

 private:
  std::vector<ComparableWord> words_;
  std::size_t num_others_ = 0;  // since the last letter
  bool apostrophe_ = false, space_ = false, dash_ = false, colon_ = false;
};

/// Returns 1 - d / the longer word's length; 0 where that is below 1/2 or d above 3.
///
/// d is the number of letters to insert, delete or replace and of neighbours to swap. A word of more than 64 letters is
/// like itself only.
///
/// Source: Damerau, "A technique for computer detection and correction of spelling errors", 1964; restricted: no letter
///         is edited after a swap
/// Cost:   O(product of the lengths) where lengths and sets of letters let the words be alike, else O(1)
double word_similarity(const ComparableWord& a, const ComparableWord& b);

/// The mean similarity of each word to the one on the other side that is most like it, each weighing its idf; 0 if
/// there are no words on either side.
struct FuzzyMatch {
  double query_covered = 0.0;
  double text_covered = 0.0;
};

FuzzyMatch fuzzy_match(const WeighedWords& query, const WeighedWords& text);

/// Returns the largest share of a part of `text`, by idf, whose stems the query has; 0 if there are no words.
double part_share(const WeighedWords& query, const WeighedWords& text);

/// Whether the query and the text share a number, in digits or as a Roman numeral from II to X, as 1 or 0; NaN if the
/// query has none.
double number_match(const std::vector<ComparableWord>& query, const std::vector<ComparableWord>& text);
/// Whether the text has a number that the query has not.
bool number_surplus(const std::vector<ComparableWord>& query, const std::vector<ComparableWord>& text);

}  // namespace irgan
