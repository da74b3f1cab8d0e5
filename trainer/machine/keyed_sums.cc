#include "trainer/machine/keyed_sums.h"

#include <algorithm>
#include <queue>

namespace irgan {
namespace {

constexpr std::size_t kFirstSlots = 1 << 10;
constexpr std::size_t kSmallestPiece = 1 << 10;  // entries read at a time

// Half of the memory is for the table, half for the copy in order that a spill makes.
std::size_t slots_within(std::size_t max_bytes) {
  std::size_t slots = 16;
  while (2 * slots * 3 / 2 * sizeof(KeyedSums::Entry) <= max_bytes) slots *= 2;
  return slots;
}

bool is_free(const KeyedSums::Entry& entry) { return entry.first == 0.0 && entry.second == 0.0; }

// The entries of one run, read back in pieces.
class RunCursor {
 public:
  RunCursor(const TemporaryFile* file, std::uint64_t begin, std::uint64_t end, std::size_t piece_size)
      : file_(file), begin_(begin), end_(end), piece_size_(piece_size) {}

  bool next() {
    if (++at_ < piece_.size()) return true;
    constexpr std::size_t kSize = sizeof(KeyedSums::Entry);
    const auto count = std::min<std::uint64_t>(piece_size_, (end_ - begin_) / kSize);
    if (count == 0) return false;
    piece_.resize(count);
    file_->read(begin_, piece_.data(), count * kSize);
    begin_ += count * kSize;
    at_ = 0;
    return true;
  }
  const KeyedSums::Entry& entry() const { return piece_[at_]; }

 private:
  const TemporaryFile* file_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::size_t piece_size_;
  std::vector<KeyedSums::Entry> piece_;
  std::size_t at_ = 0;
};

}  // namespace

KeyedSums::KeyedSums(std::size_t max_bytes)
    : max_slots_(slots_within(max_bytes)), slots_(std::min(kFirstSlots, max_slots_)) {}

void KeyedSums::add(std::uint64_t key, double first, double second) {
  if (first == 0.0 && second == 0.0) return;
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = key & mask;
  while (!is_free(slots_[i]) && slots_[i].key != key) i = (i + 1) & mask;
  Entry& entry = slots_[i];
  const bool is_new = is_free(entry);
  entry.key = key;
  entry.first += first;
  entry.second += second;
  if (is_new && ++num_used_ > slots_.size() / 3 * 2) make_room();
}

void KeyedSums::make_room() {
  if (slots_.size() < max_slots_) {
    grow();
  } else {
    spill();
  }
}

void KeyedSums::grow() {
  std::vector<Entry> larger(2 * slots_.size());
  const std::size_t mask = larger.size() - 1;
  for (const Entry& entry : slots_) {
    if (is_free(entry)) continue;
    std::size_t i = entry.key & mask;
    while (!is_free(larger[i])) i = (i + 1) & mask;
    larger[i] = entry;
  }
  slots_.swap(larger);
}

std::vector<KeyedSums::Entry> KeyedSums::take_sorted() {
  std::vector<Entry> entries;
  entries.reserve(num_used_);
  for (const Entry& entry : slots_) {
    if (!is_free(entry)) entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  std::fill(slots_.begin(), slots_.end(), Entry());
  num_used_ = 0;
  return entries;
}

void KeyedSums::spill() {
  if (file_ == nullptr) file_ = std::make_unique<TemporaryFile>();
  const std::vector<Entry> entries = take_sorted();
  const std::uint64_t begin = file_->size();
  file_->append(entries.data(), entries.size() * sizeof(Entry));
  runs_.push_back({begin, file_->size()});
}

void KeyedSums::merge_runs(const std::function<void(const Entry&)>& each) {
  const std::size_t piece = std::max(kSmallestPiece, max_slots_ / (runs_.size() + 1));
  std::vector<RunCursor> cursors;
  for (const Run& run : runs_) cursors.emplace_back(file_.get(), run.begin, run.end, piece);
  const auto is_later = [&](std::size_t a, std::size_t b) {
    const std::uint64_t key_a = cursors[a].entry().key;
    const std::uint64_t key_b = cursors[b].entry().key;
    return key_a != key_b ? key_a > key_b : a > b;
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_later)> front(is_later);
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    if (cursors[i].next()) front.push(i);
  }
  Entry sum;
  while (!front.empty()) {
    const std::size_t i = front.top();
    front.pop();
    const Entry& entry = cursors[i].entry();
    if (!is_free(sum) && sum.key != entry.key) {
      each(sum);
      sum = Entry();
    }
    sum.key = entry.key;
    sum.first += entry.first;
    sum.second += entry.second;
    if (cursors[i].next()) front.push(i);
  }
  if (!is_free(sum)) each(sum);
}

void KeyedSums::finish(const std::function<void(const Entry&)>& each) {
  if (runs_.empty()) {
    for (const Entry& entry : take_sorted()) each(entry);
    return;
  }
  spill();
  slots_ = std::vector<Entry>(std::min(kFirstSlots, max_slots_));
  merge_runs(each);
  runs_.clear();
  file_.reset();
}

}  // namespace irgan
