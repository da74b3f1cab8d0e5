#include "plugin/src/features/word_similarity.h"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <limits>
#include <new>
#include <utility>

namespace irgan {
namespace {

constexpr std::size_t kMostLetters = 64;  // bounds the cost, and the rows below
constexpr std::size_t kMostEdits = 3;     // more make another word

std::size_t num_letters_missing(const ComparableWord& from, const ComparableWord& in) {
  return std::bitset<64>(from.letter_set & ~in.letter_set).count();
}

// Each letter of one word that the other never has takes an edit, and so does each letter more.
bool may_be_alike(const ComparableWord& a, const ComparableWord& b, std::size_t most_edits) {
  const std::size_t longer = std::max(a.letters.size(), b.letters.size());
  const std::size_t shorter = std::min(a.letters.size(), b.letters.size());
  return longer <= kMostLetters && longer - shorter <= most_edits && num_letters_missing(a, b) <= most_edits &&
         num_letters_missing(b, a) <= most_edits;
}

// Row i of the table holds the distances of a's first i letters to each beginning of b.
std::size_t num_edits(std::u32string_view a, std::u32string_view b) {
  using Row = std::array<std::size_t, kMostLetters + 1>;
  Row rows[3];
  Row *before = &rows[0], *last = &rows[1], *row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = (*last)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      (*row)[j] = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 2] == b[j - 1] && a[i - 1] == b[j - 2];
      if (swapped) (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return (*last)[b.size()];
}

bool has_stem(const WeighedWords& text, const std::string& stem) {
  return std::any_of(text.facts, text.facts + text.words.size(),
                     [&](const WordFacts* word) { return word->stem == stem; });
}

// The mean of numbers, each weighing its word's idf.
class WeighedMean {
 public:
  void add(double number, const WordFacts& word) {
    sum_ += number * word.idf;
    weight_ += word.idf;
  }
  double value() const { return weight_ > 0.0 ? sum_ / weight_ : 0.0; }

 private:
  double sum_ = 0.0;
  double weight_ = 0.0;
};

bool holds(const std::vector<std::u32string_view>& numbers, std::u32string_view number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// I is left out, since it is a pronoun more often than a number.
constexpr std::pair<const char32_t*, const char32_t*> kRomanNumerals[] = {
    {U"ii", U"2"},  {U"iii", U"3"},  {U"iv", U"4"}, {U"v", U"5"}, {U"vi", U"6"},
    {U"vii", U"7"}, {U"viii", U"8"}, {U"ix", U"9"}, {U"x", U"10"}};

// In digits.
std::vector<std::u32string_view> numbers(const ComparableWords& words) {
  std::vector<std::u32string_view> found;
  for (const ComparableWord& word : words) {
    const auto is_digit = [](char32_t letter) { return letter >= U'0' && letter <= U'9'; };
    if (std::all_of(word.letters.begin(), word.letters.end(), is_digit)) found.push_back(word.letters);
    for (const auto& [roman, digits] : kRomanNumerals) {
      if (word.letters == roman) found.emplace_back(digits);
    }
  }
  return found;
}

}  // namespace

void WordCollector::clear() {
  letters_.clear();
  words_.clear();
  num_others_ = 0;
  apostrophe_ = space_ = dash_ = colon_ = false;
}

void WordCollector::add_letter(unsigned point) {
  const bool inside = !words_.empty() && (num_others_ == 0 || (num_others_ == 1 && apostrophe_));
  if (!inside) words_.push_back({letters_.size(), 0, words_.empty() || colon_ || (dash_ && space_)});
  num_others_ = 0;
  apostrophe_ = space_ = dash_ = colon_ = false;
  letters_ += static_cast<char32_t>(point);
  words_.back().letter_set |= std::uint64_t{1} << (point % 64);
}

void WordCollector::add_other(unsigned point) {
  ++num_others_;
  if (point == '\'' || point == 0x2019) apostrophe_ = true;
  if (point == ':') colon_ = true;
  if (point == '-' || point == 0x2013 || point == 0x2014) dash_ = true;
  if (Xapian::Unicode::is_whitespace(point)) space_ = true;
}

void WordCollector::write(const char32_t* letters, ComparableWord* out) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::size_t end = i + 1 < words_.size() ? words_[i + 1].begin : letters_.size();
    const Word& word = words_[i];
    ::new (out + i) ComparableWord{{letters + word.begin, end - word.begin}, word.letter_set, 0, word.begins_part};
  }
}

double word_similarity(const ComparableWord& a, const ComparableWord& b) {
  if (a.letter_set == b.letter_set && a.letters == b.letters) return 1.0;
  const std::size_t longer = std::max(a.letters.size(), b.letters.size());
  const std::size_t most_edits = std::min(longer / 2, kMostEdits);
  if (!may_be_alike(a, b, most_edits)) return 0.0;
  const std::size_t edits = num_edits(a.letters, b.letters);
  return edits > most_edits ? 0.0 : 1.0 - static_cast<double>(edits) / static_cast<double>(longer);
}

FuzzyMatch fuzzy_match(const WeighedWords& query, const WeighedWords& text, std::vector<double>& best_of_query) {
  WeighedMean of_query, of_text;
  best_of_query.assign(query.words.size(), 0.0);
  for (std::size_t j = 0; j < text.words.size(); ++j) {
    double best = 0.0;
    for (std::size_t i = 0; i < query.words.size(); ++i) {
      const double similarity = word_similarity(query.words[i], text.words[j]);
      best = std::max(best, similarity);
      best_of_query[i] = std::max(best_of_query[i], similarity);
    }
    of_text.add(best, *text.facts[j]);
  }
  for (std::size_t i = 0; i < query.words.size(); ++i) of_query.add(best_of_query[i], *query.facts[i]);
  return {of_query.value(), of_text.value()};
}

double part_share(const WeighedWords& query, const WeighedWords& text) {
  double best = 0.0;
  double covered = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < text.words.size(); ++i) {
    const WordFacts& word = *text.facts[i];
    if (text.words[i].begins_part) covered = total = 0.0;
    if (has_stem(query, word.stem)) covered += word.idf;
    total += word.idf;
    const bool ends_part = i + 1 == text.words.size() || text.words[i + 1].begins_part;
    if (ends_part && total > 0.0) best = std::max(best, covered / total);
  }
  return best;
}

double number_match(const ComparableWords& query, const ComparableWords& text) {
  const std::vector<std::u32string_view> asked = numbers(query);
  if (asked.empty()) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::u32string_view> found = numbers(text);
  return std::any_of(asked.begin(), asked.end(), [&](std::u32string_view number) { return holds(found, number); })
             ? 1.0
             : 0.0;
}

bool number_surplus(const ComparableWords& query, const ComparableWords& text) {
  const std::vector<std::u32string_view> found = numbers(text);
  if (found.empty()) return false;
  const std::vector<std::u32string_view> asked = numbers(query);
  return std::any_of(found.begin(), found.end(), [&](std::u32string_view number) { return !holds(asked, number); });
}

}  // namespace irgan
