/// What is kept for the indexes that were searched last.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace irgan {

/// A value for each of the last few uuids: indexes that are built anew again and again must not fill the memory.
///
/// Threads: none
template <typename Value>
class RecentIndexes {
 public:
  static constexpr std::size_t kMost = 4;  // a process that searches more of them at once is rare

  /// Returns the value of `uuid`, a new one if it is not known; valid until the next call. The value of the uuid that
  /// was asked for the longest ago may go.
  Value& of(const std::string& uuid) {
    const auto known = std::find_if(all_.begin(), all_.end(), [&](const auto& entry) { return entry.first == uuid; });
    if (known != all_.end()) {
      std::rotate(all_.begin(), known, known + 1);
    } else {
      if (all_.size() == kMost) all_.pop_back();
      all_.insert(all_.begin(), {uuid, Value()});
    }
    return all_.front().second;
  }

 private:
  std::vector<std::pair<std::string, Value>> all_;  // the last asked for first
};

}  // namespace irgan
