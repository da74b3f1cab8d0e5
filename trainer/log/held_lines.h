/// Lines that wait for what later lines say.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trainer/machine/temporary_file.h"

namespace irgan {

/// Keeps lines in their order: in memory, and what is more than some megabytes in a temporary file.
///
/// Threads: one a thread
class HeldLines {
 public:
  using EachLine = std::function<void(std::size_t file, std::uint64_t number, std::string_view line)>;

  bool empty() const { return bytes_.empty() && stored_ == nullptr; }

  /// Throws: Error if the temporary file cannot be written
  void add(std::size_t file, std::uint64_t number, std::string_view line) {
    const Head head{file, number, line.size()};
    bytes_.append(reinterpret_cast<const char*>(&head), sizeof head).append(line);
    if (bytes_.size() < kMaxBytes) return;
    if (stored_ == nullptr) stored_ = std::make_unique<TemporaryFile>();
    stored_->append(bytes_.data(), bytes_.size());
    stored_sizes_.push_back(bytes_.size());
    bytes_.clear();
  }

  /// Gives all lines, and holds none afterwards.
  ///
  /// Throws: Error if the temporary file cannot be read; what `each` throws
  void release(const EachLine& each) {
    const std::string last = std::move(bytes_);
    bytes_.clear();
    std::string bytes;
    std::uint64_t at = 0;
    for (const std::size_t size : stored_sizes_) {
      bytes.resize(size);
      stored_->read(at, bytes.data(), size);
      at += size;
      give(bytes, each);
    }
    stored_.reset();
    stored_sizes_.clear();
    give(last, each);
  }

 private:
  struct Head {
    std::size_t file = 0;
    std::uint64_t number = 0;
    std::size_t size = 0;
  };
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

  static void give(const std::string& bytes, const EachLine& each) {
    for (std::size_t at = 0; at < bytes.size();) {
      Head head;
      std::memcpy(&head, bytes.data() + at, sizeof head);
      each(head.file, head.number, std::string_view(bytes).substr(at + sizeof head, head.size));
      at += sizeof head + head.size;
    }
  }

  std::string bytes_;
  std::unique_ptr<TemporaryFile> stored_;  // null while all is in memory
  std::vector<std::size_t> stored_sizes_;
};

}  // namespace irgan
