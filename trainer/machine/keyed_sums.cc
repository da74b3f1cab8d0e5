#include "trainer/machine/keyed_sums.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace irgan {
namespace {

constexpr std::size_t kFirstSlots = 1 << 10;

// Two thirds of the memory are for the table, the rest for what a spill makes of it.
std::size_t slots_within(std::size_t max_bytes) {
  std::size_t slots = 16;
  while (2 * slots * 3 / 2 * sizeof(KeyedSums::Entry) <= max_bytes) slots *= 2;
  return slots;
}

bool is_free(const KeyedSums::Entry& entry) { return entry.first == 0.0 && entry.second == 0.0; }

// The bytes of keys are in the order of their numbers.
std::string_view key_bytes(std::uint64_t key, char (&bytes)[sizeof key]) {
  for (std::size_t i = sizeof key; i-- > 0; key >>= 8) bytes[i] = static_cast<char>(key & 0xFF);
  return {bytes, sizeof bytes};
}

std::uint64_t key_of(std::string_view bytes) {
  std::uint64_t key = 0;
  for (const char byte : bytes) key = key << 8 | static_cast<unsigned char>(byte);
  return key;
}

}  // namespace

KeyedSums::KeyedSums(std::size_t max_bytes)
    : max_slots_(slots_within(max_bytes)), slots_(std::min(kFirstSlots, max_slots_)), full_tables_(max_bytes / 3) {}

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
  for (const Entry& entry : slots_) {
    if (is_free(entry)) continue;
    char key[sizeof entry.key];
    const double sums[] = {entry.first, entry.second};
    full_tables_.add(key_bytes(entry.key, key), {reinterpret_cast<const char*>(sums), sizeof sums});
  }
  std::fill(slots_.begin(), slots_.end(), Entry());
  num_used_ = 0;
}

void KeyedSums::finish(const std::function<void(const Entry&)>& each) {
  if (full_tables_.empty()) {
    for (const Entry& entry : take_sorted()) each(entry);
    return;
  }
  spill();
  slots_ = std::vector<Entry>(std::min(kFirstSlots, max_slots_));
  Entry sum;
  full_tables_.finish([&](std::string_view bytes, std::string_view value) {
    const std::uint64_t key = key_of(bytes);
    if (!is_free(sum) && sum.key != key) {
      each(sum);
      sum = Entry();
    }
    double sums[2];
    std::memcpy(sums, value.data(), sizeof sums);
    sum.key = key;
    sum.first += sums[0];
    sum.second += sums[1];
  });
  if (!is_free(sum)) each(sum);
}

}  // namespace irgan
