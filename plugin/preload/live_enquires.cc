#include "plugin/preload/live_enquires.h"

#include <utility>

namespace irgan {

LiveEnquires& LiveEnquires::of_process() {
  const ForkPass pass;
  static LiveEnquires& all = *new LiveEnquires;
  return all;
}

void LiveEnquires::made(const Xapian::Enquire& enquire, const Xapian::Database& db) {
  const bool is_kept = !dynamic_cast<const Xapian::WritableDatabase*>(&db);
  Entry entry;
  if (is_kept) entry = {std::make_shared<LiveSearch>(db), 1};
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  // What ended unseen may have left its address.
  std::swap(entries_[enquire.internal.get()], entry);
  if (!is_kept) entries_.erase(enquire.internal.get());
}

void LiveEnquires::copied(const Xapian::Enquire& enquire) {
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  const auto entry = entries_.find(enquire.internal.get());
  if (entry != entries_.end()) ++entry->second.num_owners;
}

void LiveEnquires::leaving(const Xapian::Enquire& enquire) {
  std::shared_ptr<LiveSearch> ended;  // after the lock: closing an index takes its time
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  const auto entry = entries_.find(enquire.internal.get());
  if (entry == entries_.end() || --entry->second.num_owners > 0) return;
  ended = std::move(entry->second.search);
  entries_.erase(entry);
}

std::shared_ptr<LiveSearch> LiveEnquires::find(const Xapian::Enquire& enquire) {
  const std::lock_guard<ForkSafeMutex> lock(mutex_);
  const auto entry = entries_.find(enquire.internal.get());
  return entry == entries_.end() ? nullptr : entry->second.search;
}

}  // namespace irgan
