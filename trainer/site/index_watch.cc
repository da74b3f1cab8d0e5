#include "irgan/index_watch.h"

#include <chrono>
#include <thread>

#include "irgan/index_layout.h"

namespace irgan {
namespace {

// Waits a little longer each time, a second at most in all: a writer may be about to end.
void wait_before(int reopening) { std::this_thread::sleep_for(std::chrono::microseconds(200 * reopening)); }

}  // namespace

IndexWatch::IndexWatch(const Xapian::Database& db, const std::vector<std::string>& paths)
    : uuid_(db.get_uuid()), layout_(db.get_metadata(kLayoutKey)), first_(db.get_doccount()), last_(first_) {
  if (!paths.empty()) name_ = "index " + paths.front();
}

void IndexWatch::reopen(Xapian::Database& db, int reopenings) {
  if (reopenings == kMostReopenings) {
    throw Error(name_ + ": another program commits to the index so often that it could not be read after " +
                std::to_string(reopenings) +
                " reopenings; wait until that program has ended, or copy the index (xapian-compact) and read the copy");
  }
  ++num_reopenings_;
  wait_before(reopenings);
  try {
    db.reopen();
    last_ = db.get_doccount();
    if (uuid_.empty() || (db.get_uuid() == uuid_ && db.get_metadata(kLayoutKey) == layout_)) return;
  } catch (const Xapian::DatabaseModifiedError&) {
    return;  // once more
  }
  throw Error(name_ + ": the index was rebuilt, or got another layout, while it was read: begin anew");
}

long IndexWatch::num_documents_gained() const { return static_cast<long>(last_.load()) - static_cast<long>(first_); }

std::string IndexWatch::account() const {
  if (num_reopenings_ == 0) return {};
  std::string text = name_ + " was written to meanwhile: reopened " + std::to_string(num_reopenings_) +
                     (num_reopenings_ == 1 ? " time" : " times");
  if (!uuid_.empty())
    text += ", " + std::to_string(first_) + " documents at first, " + std::to_string(last_) + " at last";
  return text;
}

}  // namespace irgan
