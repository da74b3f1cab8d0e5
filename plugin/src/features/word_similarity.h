/// Compares a query with a short text word by word: forgives typing errors, knows parts and numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace irgan {

/// Things that stand one after the other in memory that another object holds.
template <class Thing>
struct Sequence {
  Thing* first = nullptr;
  std::size_t count = 0;

  Thing* begin() const { return first; }
  Thing* end() const { return first + count; }
  std::size_t size() const { return count; }
  bool empty() const { return count == 0; }
  Thing& operator[](std::size_t i) const { return first[i]; }
};

/// A word made ready for comparison.
struct ComparableWord {
  std::u32string_view letters;   ///< code points in lower case, in the memory of the word's text
  std::uint64_t letter_set = 0;  ///< bit (code point % 64) of each
  std::uint32_t number = 0;      ///< the same for the same letters in one ValueSnapshot; 0: not numbered
  bool begins_part = false;      ///< the first of its text, or behind a colon or a dash beside a space
};

using ComparableWords = Sequence<ComparableWord>;

/// What an index knows of a word.
struct WordFacts {
  std::string stem;
  double idf = 1.0;  ///< what the word weighs
};

/// A text's words with what an index knows of each.
struct WeighedWords {
  ComparableWords words;
  const WordFacts* const* facts;  ///< one a word
};

/// Makes words of a text's characters.
class WordCollector {
 public:
  /// Begins another text.
  void clear();
  /// Takes a word character, in lower case.
  void add_letter(unsigned point);
  /// Takes any other character. A single apostrophe between letters parts no word.
  void add_other(unsigned point);

  /// The letters of all words, one after the other.
  const std::u32string& letters() const { return letters_; }
  std::size_t num_words() const { return words_.size(); }
  /// Writes the words to `out`, which has room for them.
  ///
  /// letters: where letters() stand for as long as the words are used
  void write(const char32_t* letters, ComparableWord* out) const;

 private:
  struct Word {
    std::size_t begin;  // in letters_
    std::uint64_t letter_set;
    bool begins_part;
  };

  std::u32string letters_;
  std::vector<Word> words_;
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

/// best_of_query: room to work in
FuzzyMatch fuzzy_match(const WeighedWords& query, const WeighedWords& text, std::vector<double>& best_of_query);

/// Returns the largest share of a part of `text`, by idf, whose stems the query has; 0 if there are no words.
double part_share(const WeighedWords& query, const WeighedWords& text);

/// Whether the query and the text share a number, in digits or as a Roman numeral from II to X, as 1 or 0; NaN if the
/// query has none.
double number_match(const ComparableWords& query, const ComparableWords& text);
/// Whether the text has a number that the query has not.
bool number_surplus(const ComparableWords& query, const ComparableWords& text);

}  // namespace irgan
