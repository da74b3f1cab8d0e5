#include "plugin/src/text_similarity.h"

#include <algorithm>

#include <xapian.h>

namespace irgan {
namespace {

std::size_t num_shared(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::size_t shared = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i < *j) {
      ++i;
    } else if (*j < *i) {
      ++j;
    } else {
      ++shared, ++i, ++j;
    }
  }
  return shared;
}

}  // namespace

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

double trigram_jaccard(const ComparableText& query, const ComparableText& text) {
  const std::size_t shared = num_shared(query.trigrams, text.trigrams);
  const std::size_t all = query.trigrams.size() + text.trigrams.size() - shared;
  return all == 0 ? 0.0 : static_cast<double>(shared) / static_cast<double>(all);
}

double trigram_coverage(const ComparableText& query, const ComparableText& text) {
  if (query.trigrams.empty()) return 0.0;
  return static_cast<double>(num_shared(query.trigrams, text.trigrams)) / static_cast<double>(query.trigrams.size());
}

bool joined_match(const ComparableText& query, const ComparableText& text) {
  return query.joined.size() > 2 && text.joined.find(query.joined) != std::string::npos;
}

bool prefix_match(const ComparableText& query, const ComparableText& text) {
  return !query.spaced.empty() && text.spaced.compare(0, query.spaced.size(), query.spaced) == 0;
}

}  // namespace irgan
