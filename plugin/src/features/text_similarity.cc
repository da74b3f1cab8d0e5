#include "plugin/src/features/text_similarity.h"

#include <xapian.h>

#include <algorithm>

namespace irgan {

ComparableText comparable_text(std::string_view text) {
  ComparableText result;
  std::vector<unsigned> points{' ', ' '};
  bool gap = false;
  WordCollector words;
  for (Xapian::Utf8Iterator i(text.data(), text.size()); i != Xapian::Utf8Iterator(); ++i) {
    if (!Xapian::Unicode::is_wordchar(*i)) {
      gap = true;
      words.add_other(*i);
      continue;
    }
    const unsigned point = Xapian::Unicode::tolower(*i);
    words.add_letter(point);
    if (gap && !result.spaced.empty()) {
      result.spaced += ' ';
      points.push_back(' ');
    }
    gap = false;
    Xapian::Unicode::append_utf8(result.spaced, point);
    Xapian::Unicode::append_utf8(result.joined, point);
    points.push_back(point);
  }
  if (result.joined.empty()) return result;
  result.words = words.take();
  points.push_back(' ');
  for (std::size_t i = 0; i + 2 < points.size(); ++i) {  // a code point has 21 bits
    result.trigrams.push_back(std::uint64_t{points[i]} << 42 | std::uint64_t{points[i + 1]} << 21 | points[i + 2]);
  }
  std::sort(result.trigrams.begin(), result.trigrams.end());
  result.trigrams.erase(std::unique(result.trigrams.begin(), result.trigrams.end()), result.trigrams.end());
  return result;
}

ComparableTexts comparable_texts(const std::vector<std::string>& texts) {
  ComparableTexts result;
  result.own.reserve(texts.size());
  for (const std::string& text : texts) result.own.push_back(comparable_text(text));
  for (const ComparableText& text : result.own) result.all.push_back(&text);
  return result;
}

std::size_t num_shared_trigrams(const ComparableText& query, const ComparableText& text) {
  const std::uint64_t* a = query.trigrams.data();
  const std::uint64_t* b = text.trigrams.data();
  const std::uint64_t* const a_end = a + query.trigrams.size();
  const std::uint64_t* const b_end = b + text.trigrams.size();
  std::size_t num_shared = 0;
  while (a != a_end && b != b_end) {  // without a branch that no processor can foresee
    const std::uint64_t x = *a, y = *b;
    num_shared += x == y;
    a += x <= y;
    b += y <= x;
  }
  return num_shared;
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
  return query.joined.size() > 2 && text.joined.find(query.joined) != std::string::npos;
}

bool prefix_match(const ComparableText& query, const ComparableText& text) {
  return !query.spaced.empty() && text.spaced.compare(0, query.spaced.size(), query.spaced) == 0;
}

}  // namespace irgan
