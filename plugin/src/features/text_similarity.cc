#include "plugin/src/features/text_similarity.h"

#include <xapian.h>

#include <algorithm>

namespace irgan {

ComparableText TextMaker::make(std::string_view text) {
  spaced_.clear();
  joined_.clear();
  words_.clear();
  points_.assign(2, ' ');
  bool gap = false;
  for (Xapian::Utf8Iterator i(text.data(), text.size()); i != Xapian::Utf8Iterator(); ++i) {
    if (!Xapian::Unicode::is_wordchar(*i)) {
      gap = true;
      words_.add_other(*i);
      continue;
    }
    const unsigned point = Xapian::Unicode::tolower(*i);
    words_.add_letter(point);
    if (gap && !spaced_.empty()) {
      spaced_ += ' ';
      points_.push_back(' ');
    }
    gap = false;
    Xapian::Unicode::append_utf8(spaced_, point);
    Xapian::Unicode::append_utf8(joined_, point);
    points_.push_back(point);
  }
  if (joined_.empty()) return {};
  points_.push_back(' ');
  trigrams_.clear();
  for (std::size_t i = 0; i + 2 < points_.size(); ++i) {  // a code point has 21 bits
    trigrams_.push_back(std::uint64_t{points_[i]} << 42 | std::uint64_t{points_[i + 1]} << 21 | points_[i + 2]);
  }
  std::sort(trigrams_.begin(), trigrams_.end());
  trigrams_.erase(std::unique(trigrams_.begin(), trigrams_.end()), trigrams_.end());
  return packed();
}

// The widest first, so that each begins where it can be read.
ComparableText TextMaker::packed() const {
  static_assert(alignof(ComparableWord) <= alignof(std::uint64_t));
  const std::u32string& letters = words_.letters();
  ComparableText text;
  text.num_bytes = trigrams_.size() * sizeof(std::uint64_t) + words_.num_words() * sizeof(ComparableWord) +
                   letters.size() * sizeof(char32_t) + spaced_.size() + joined_.size();
  text.bytes.reset(new std::byte[text.num_bytes]);
  auto* const trigrams = reinterpret_cast<std::uint64_t*>(text.bytes.get());
  auto* const words =
      reinterpret_cast<ComparableWord*>(std::uninitialized_copy(trigrams_.begin(), trigrams_.end(), trigrams));
  auto* const own_letters = reinterpret_cast<char32_t*>(words + words_.num_words());
  auto* const spaced = reinterpret_cast<char*>(std::uninitialized_copy(letters.begin(), letters.end(), own_letters));
  char* const joined = std::uninitialized_copy(spaced_.begin(), spaced_.end(), spaced);
  std::uninitialized_copy(joined_.begin(), joined_.end(), joined);
  words_.write(own_letters, words);
  text.trigrams = {trigrams, trigrams_.size()};
  text.words = {words, words_.num_words()};
  text.spaced = {spaced, spaced_.size()};
  text.joined = {joined, joined_.size()};
  return text;
}

ComparableText comparable_text(std::string_view text) { return TextMaker().make(text); }

ComparableTexts comparable_texts(const std::vector<std::string>& texts) {
  ComparableTexts result;
  result.own.reserve(texts.size());
  result.all.reserve(texts.size());
  TextMaker maker;
  for (const std::string& text : texts) result.own.push_back(maker.make(text));
  for (const ComparableText& text : result.own) result.all.push_back(&text);
  return result;
}

// A quarter full at most: of most trigrams the first look says that the query does not have them.
TrigramSet::TrigramSet(const ComparableText& query) {
  unsigned bits = 4;
  while ((std::size_t{1} << bits) < 4 * query.trigrams.size()) ++bits;
  table_.assign(std::size_t{1} << bits, 0);
  shift_ = 64 - bits;
  for (const std::uint64_t trigram : query.trigrams) table_[place_of(trigram)] = trigram;
}

// Source: Knuth, "The Art of Computer Programming", volume 3, section 6.4: multiplicative hashing by the golden ratio
std::size_t TrigramSet::place_of(std::uint64_t trigram) const {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15ULL;
  std::size_t place = static_cast<std::size_t>(trigram * kGoldenRatio >> shift_);
  while (table_[place] != 0 && table_[place] != trigram) place = (place + 1) & (table_.size() - 1);
  return place;
}

std::size_t TrigramSet::num_shared(const ComparableText& text) const {
  std::size_t num_shared = 0;
  for (const std::uint64_t trigram : text.trigrams) num_shared += table_[place_of(trigram)] != 0 ? 1 : 0;
  return num_shared;
}

std::size_t num_shared_trigrams(const ComparableText& query, const ComparableText& text) {
  return TrigramSet(query).num_shared(text);
}

double trigram_jaccard(const ComparableText& query, const ComparableText& text, std::size_t num_shared) {
  const std::size_t all = query.trigrams.size() + text.trigrams.size() - num_shared;
  return all == 0 ? 0.0 : static_cast<double>(num_shared) / static_cast<double>(all);
}

double trigram_coverage(const ComparableText& query, std::size_t num_shared) {
  if (query.trigrams.empty()) return 0.0;
  return static_cast<double>(num_shared) / static_cast<double>(query.trigrams.size());
}

bool joined_match(const ComparableText& query, const ComparableText& text) {
  return query.joined.size() > 2 && text.joined.find(query.joined) != std::string_view::npos;
}

bool prefix_match(const ComparableText& query, const ComparableText& text) {
  return !query.spaced.empty() && text.spaced.compare(0, query.spaced.size(), query.spaced) == 0;
}

}  // namespace irgan
