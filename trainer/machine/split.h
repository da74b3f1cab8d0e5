/// Cuts text into pieces.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace irgan {

/// Returns what stands between the marks, empty pieces too: one more than there are marks. They point into `text`.
inline std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = std::min(text.find(mark), text.size());
    pieces.push_back(text.substr(0, end));
    if (end == text.size()) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace irgan
