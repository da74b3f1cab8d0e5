#include "irgan/value_cache.h"

#include <string>
#include <utility>

#include "plugin/src/features/index_state.h"
#include "plugin/src/features/value_snapshot.h"
#include "plugin/src/process/fork_gate.h"

namespace irgan {
namespace {

constexpr std::size_t kSearchesBeforeFill = 8;  // a Reranker made for one search fills nothing

}  // namespace

struct ValueCache::State {
  struct Known {
    std::string state;
    std::size_t num_searches = 0;
    std::shared_ptr<ValueSnapshot> snapshot;
  };

  std::size_t max_bytes;
  ForkSafeMutex mutex;
  Known known[2];  // the newest first
};

ValueCache::ValueCache(std::size_t max_bytes) : state_(new State{max_bytes, {}, {}}) {}
ValueCache::~ValueCache() = default;

std::shared_ptr<ValueSnapshot> ValueCache::at(const Xapian::Database& db) {
  const auto [state, is_exact] = index_state(db);
  // Docids that sparse would need more room for the list of chunks than for what is in them.
  if (!is_exact || db.get_lastdocid() > state_->max_bytes) return nullptr;
  const std::lock_guard<ForkSafeMutex> lock(state_->mutex);
  auto& known = state_->known;
  if (known[0].state != state && known[1].state != state) {
    known[1] = std::move(known[0]);
    known[0] = {state, 0, nullptr};
  }
  auto& present = known[0].state == state ? known[0] : known[1];
  if (++present.num_searches <= kSearchesBeforeFill) return nullptr;
  if (!present.snapshot)
    present.snapshot = std::make_shared<ValueSnapshot>(state, db.get_lastdocid(), state_->max_bytes / 2);
  return present.snapshot;
}

}  // namespace irgan
