#include "trainer/text/near_name.h"

#include <algorithm>
#include <cstddef>

namespace irgan {
namespace {

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '-' && c != '_') text += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return text;
}

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string near_name(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 100;  // of what a person types
  if (word.empty() || word.size() > kLongest) return {};
  const std::string typed = plain(word);
  std::size_t least = typed.size() / 3 + 1;
  std::string nearest;
  for (const std::string& name : names) {
    if (name.size() > 2 * kLongest) continue;
    const std::size_t differs = distance(typed, plain(name));
    if (differs < least) least = differs, nearest = name;
  }
  if (!nearest.empty() || typed.size() < 2) return nearest;
  for (const std::string& name : names) {
    if (plain(name).compare(0, typed.size(), typed) != 0) continue;
    if (!nearest.empty()) return {};
    nearest = name;
  }
  return nearest;
}

std::string meant(std::string_view word, const std::vector<std::string>& names, const std::string& before) {
  const std::string near = near_name(word, names);
  return near.empty() ? "" : "; did you mean " + before + near + "?";
}

}  // namespace irgan
