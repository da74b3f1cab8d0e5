#include "trainer/row_files/letor_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "irgan/errors.h"
#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr int kMaxRank = 1'000'000;  // as in click logs: training keeps a table by rank

// What would part an id, or end its line or begin a comment.
bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == 0x7F || c == '#' || c == '%';
}

// Cuts the next word off `rest`; empty at the end.
std::string_view next_word(std::string_view& rest) {
  const std::size_t begin = rest.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(begin);
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

// parse_number refuses what is too small for a float just like what is too large; the one is 0, the other no feature.
bool parse_feature(std::string_view text, float& value) {
  if (parse_number(text, value)) return true;
  double wide = 0.0;
  if (!parse_number(text, wide) || std::abs(wide) > 1.0) return false;
  value = static_cast<float>(wide);
  return true;
}

// SVMlight's labels are often +1.
std::string_view without_plus(std::string_view number) {
  const bool has_plus = number.size() > 1 && number[0] == '+' && number[1] != '-' && number[1] != '+';
  return has_plus ? number.substr(1) : number;
}

[[noreturn]] void refuse(const std::string& place, const std::string& reason) {
  throw FormatError(place + ": " + reason);
}

// Comments of other tools may use the same words: what is no count says nothing.
double count_of(std::string_view text) {
  double count = 0.0;
  return parse_number(text, count) && std::isfinite(count) && count > 0.0 ? count : 0.0;
}

bool is_id_key(std::string_view key) {
  constexpr std::array<std::string_view, 4> kKeys{"docid", "doc_id", "docno", "document_id"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

// Where a word's key ends; npos: it has none. A colon may stand in any word, so that it only ends the key of an id.
std::size_t end_of_key(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals != std::string_view::npos) return equals;
  const std::size_t colon = word.find(':');
  return is_id_key(word.substr(0, colon)) ? colon : std::string_view::npos;
}

void take(std::string_view key, std::string_view value, LetorLine& line) {
  if (key == "docid" || (is_id_key(key) && line.document_id.empty())) line.document_id = value;
  if (key == "added") line.is_added = value == "1";
  if (key == "rank" && (!parse_number(value, line.rank) || line.rank < 0 || line.rank > kMaxRank)) line.rank = 0;
  if (key == "shown") line.shown = count_of(value);
  if (key == "last") line.last_clicks = count_of(value);
}

// Reads "key = value" and "key=value" pairs.
void parse_comment(std::string_view comment, LetorLine& line) {
  std::string_view key;
  bool expects_value = false;
  bool is_first = true;
  while (true) {
    const std::string_view word = next_word(comment);
    if (word.empty()) return;
    std::string_view value = word;
    if (!expects_value) {
      const std::size_t end = end_of_key(word);
      if (end == std::string_view::npos) {
        if (is_first) line.first_word = word;
        is_first = false;
        key = word;
        continue;
      }
      if (end == 0 && key == line.first_word) line.first_word.clear();  // "KEY = VALUE"
      if (end > 0) key = word.substr(0, end);
      is_first = false;
      value = word.substr(end + 1);
      if (value.empty()) {
        expects_value = true;
        continue;
      }
    }
    expects_value = false;
    take(key, value, line);
  }
}

}  // namespace

LetorLine parse_letor_line(std::string_view text, const std::string& place) {
  LetorLine line;
  const std::size_t hash = text.find('#');
  std::string_view rest = text.substr(0, hash);
  const std::string_view label = next_word(rest);
  if (!parse_number(without_plus(label), line.label) || !std::isfinite(line.label) || line.label < 0.0) {
    refuse(place, "the label '" + std::string(label) + "' is not a number from 0 up");
  }
  const std::string_view query = next_word(rest);
  if (query.substr(0, 4) != "qid:" || query.size() == 4) refuse(place, "the second word is not qid:QUERY");
  line.query_id = query.substr(4);
  int highest = 0;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const std::size_t colon = word.find(':');
    int index = 0;
    float value = 0.0F;
    if (colon == std::string_view::npos || !parse_number(word.substr(0, colon), index) || index < 1 ||
        !parse_feature(without_plus(word.substr(colon + 1)), value)) {
      refuse(place, "'" + std::string(word) + "' is not FEATURE:NUMBER with a feature from 1 up and a float");
    }
    if (!std::isfinite(value)) {
      refuse(place, "feature " + std::to_string(index) + " is not finite; leave a missing value out");
    }
    const auto is_same = [index](const auto& feature) { return feature.first == index; };
    if (index <= highest && std::any_of(line.features.begin(), line.features.end(), is_same)) {
      refuse(place, "feature " + std::to_string(index) + " stands twice");
    }
    highest = std::max(highest, index);
    line.features.emplace_back(index, value);
  }
  if (hash != std::string_view::npos) parse_comment(text.substr(hash + 1), line);
  return line;
}

std::string escape_id(std::string_view id) {
  std::string word;
  for (const char c : id) {
    if (!needs_escape(c)) {
      word += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    word += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
  }
  return word;
}

std::string unescape_id(std::string_view word, const std::string& place) {
  std::string id;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      id += word[i];
      continue;
    }
    const std::size_t high = i + 2 < word.size() ? kHexDigits.find(word[i + 1]) : std::string_view::npos;
    const std::size_t low = high == std::string_view::npos ? high : kHexDigits.find(word[i + 2]);
    if (low == std::string_view::npos)
      refuse(place, "the id '" + std::string(word) + "' has a % without two hexadecimal digits");
    id += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return id;
}

}  // namespace irgan
