#include "trainer/evidence/distinct_pages.h"

#include <algorithm>

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

}  // namespace

void DistinctPages::merge(std::uint32_t query, std::uint64_t opening, const std::vector<Showing>& showings,
                          const Decay& decay) {
  std::uint64_t hash = mix_hash(0, query);
  for (const Showing& showing : showings) {
    hash = mix_hash(mix_hash(hash, showing.document), static_cast<std::uint64_t>(showing.rank));
  }
  std::uint32_t& head = by_hash_.emplace(hash, kNone).first->second;
  for (std::uint32_t i = head; i != kNone; i = entries_[i].next_of_hash) {
    if (!is_same(entries_[i], query, showings)) continue;
    entries_[i].first_opening = std::min(entries_[i].first_opening, opening);
    for (std::size_t k = 0; k < showings.size(); ++k) {
      Showing& sum = showings_[entries_[i].first_showing + k];
      sum.clicks.add(showings[k].clicks.value, showings[k].clicks.time, decay);
      sum.shown += showings[k].shown;
      sum.last_clicks += showings[k].last_clicks;
    }
    return;
  }
  entries_.push_back({query, static_cast<std::uint32_t>(showings.size()), showings_.size(), opening, head});
  head = static_cast<std::uint32_t>(entries_.size() - 1);
  showings_.insert(showings_.end(), showings.begin(), showings.end());
}

bool DistinctPages::is_same(const Entry& entry, std::uint32_t query, const std::vector<Showing>& showings) const {
  if (entry.query != query || entry.num_showings != showings.size()) return false;
  for (std::size_t k = 0; k < showings.size(); ++k) {
    const Showing& own = showings_[entry.first_showing + k];
    if (own.document != showings[k].document || own.rank != showings[k].rank) return false;
  }
  return true;
}

}  // namespace irgan
