/// Strings by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace irgan {

/// Gives each distinct string a number, from 0 on, and keeps it once.
class StringTable {
 public:
  std::uint32_t number_of(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    strings_.emplace_back(text);
    num_bytes_ += text.size() + kBytesOfString;
    const auto number = static_cast<std::uint32_t>(strings_.size() - 1);
    numbers_.emplace(strings_.back(), number);
    return number;
  }
  const std::string& operator[](std::uint32_t number) const { return strings_[number]; }
  std::size_t size() const { return strings_.size(); }
  /// About what the strings take in memory, with what the table takes beside them.
  std::size_t num_bytes() const { return num_bytes_; }

 private:
  static constexpr std::size_t kBytesOfString = 100;

  std::size_t num_bytes_ = 0;
  std::deque<std::string> strings_;  // its elements never move, so views into them stay good
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace irgan
