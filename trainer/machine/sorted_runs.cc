#include "trainer/machine/sorted_runs.h"

#include <algorithm>
#include <cstring>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "trainer/machine/temporary_file.h"

namespace irgan {
namespace {

constexpr std::size_t kSmallestBuffer = 1 << 14;

struct Entry {
  std::size_t offset = 0;  // of the key, with the value behind it
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
};

struct RunPlace {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The records of one run, read back in pieces.
class RunReader {
 public:
  RunReader(const TemporaryFile* file, RunPlace place, std::size_t buffer_size)
      : file_(file), rest_(place), buffer_size_(buffer_size) {}

  bool next() {
    if (rest_.begin == rest_.end && at_ == buffer_.size()) return false;
    std::uint32_t sizes[2];
    take(sizes, sizeof sizes);
    const std::size_t size = std::size_t{sizes[0]} + sizes[1];
    record_.resize(size);
    take(record_.data(), size);
    key_size_ = sizes[0];
    return true;
  }
  std::string_view key() const { return std::string_view(record_).substr(0, key_size_); }
  std::string_view value() const { return std::string_view(record_).substr(key_size_); }

 private:
  void take(void* to, std::size_t size) {
    char* into = static_cast<char*>(to);
    while (size > 0) {
      if (at_ == buffer_.size()) fill();
      const std::size_t count = std::min(size, buffer_.size() - at_);
      std::memcpy(into, buffer_.data() + at_, count);
      at_ += count;
      into += count;
      size -= count;
    }
  }
  void fill() {
    const std::uint64_t count = std::min<std::uint64_t>(buffer_size_, rest_.end - rest_.begin);
    buffer_.resize(count);
    file_->read(rest_.begin, buffer_.data(), count);
    rest_.begin += count;
    at_ = 0;
  }

  const TemporaryFile* file_;
  RunPlace rest_;
  std::size_t buffer_size_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string record_;
  std::size_t key_size_ = 0;
};

}  // namespace

struct SortedRuns::State {
  std::string_view key(const Entry& entry) const { return {bytes.data() + entry.offset, entry.key_size}; }
  std::string_view value(const Entry& entry) const {
    return {bytes.data() + entry.offset + entry.key_size, entry.value_size};
  }

  void sort() {
    std::stable_sort(entries.begin(), entries.end(),
                     [this](const Entry& a, const Entry& b) { return key(a) < key(b); });
  }

  void spill() {
    if (file == nullptr) file = std::make_unique<TemporaryFile>();
    sort();
    const std::uint64_t begin = file->size();
    std::string out;
    for (const Entry& entry : entries) {
      const std::uint32_t sizes[2] = {entry.key_size, entry.value_size};
      out.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
      out.append(key(entry)).append(value(entry));
      if (out.size() < (1 << 18)) continue;
      file->append(out.data(), out.size());
      out.clear();
    }
    file->append(out.data(), out.size());
    runs.push_back({begin, file->size()});
    bytes.clear();
    entries.clear();
  }

  // Runs are numbered by age, so that of equal keys the oldest comes first.
  void merge(const std::function<void(std::string_view, std::string_view)>& each) {
    const std::size_t buffer_size = std::max(kSmallestBuffer, max_bytes / (runs.size() + 1));
    std::vector<RunReader> readers;
    for (const RunPlace& run : runs) readers.emplace_back(file.get(), run, buffer_size);
    const auto is_later = [&](std::size_t a, std::size_t b) {
      const int order = readers[a].key().compare(readers[b].key());
      return order != 0 ? order > 0 : a > b;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> front(is_later);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (readers[i].next()) front.push(i);
    }
    while (!front.empty()) {
      const std::size_t i = front.top();
      front.pop();
      each(readers[i].key(), readers[i].value());
      if (readers[i].next()) front.push(i);
    }
  }

  std::size_t max_bytes = 0;
  std::string bytes;
  std::vector<Entry> entries;
  std::unique_ptr<TemporaryFile> file;
  std::vector<RunPlace> runs;
};

SortedRuns::SortedRuns(std::size_t max_bytes) : state_(std::make_unique<State>()) { state_->max_bytes = max_bytes; }
SortedRuns::~SortedRuns() = default;

void SortedRuns::add(std::string_view key, std::string_view value) {
  State& s = *state_;
  s.entries.push_back(
      {s.bytes.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())});
  s.bytes.append(key).append(value);
  if (s.bytes.size() + s.entries.size() * sizeof(Entry) >= s.max_bytes) s.spill();
}

void SortedRuns::finish(const std::function<void(std::string_view, std::string_view)>& each) {
  State& s = *state_;
  if (s.runs.empty()) {
    s.sort();
    for (const Entry& entry : s.entries) each(s.key(entry), s.value(entry));
  } else {
    if (!s.entries.empty()) s.spill();
    s.bytes.shrink_to_fit();
    s.entries.shrink_to_fit();
    s.merge(each);
  }
  const std::size_t max_bytes = s.max_bytes;
  state_ = std::make_unique<State>();
  state_->max_bytes = max_bytes;
}

bool SortedRuns::empty() const { return state_->runs.empty() && state_->entries.empty(); }
std::size_t SortedRuns::num_spilled() const { return state_->runs.size(); }

}  // namespace irgan
