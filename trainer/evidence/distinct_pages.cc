#include "trainer/evidence/distinct_pages.h"

#include <algorithm>
#include <cmath>

namespace irgan {
namespace {

constexpr double kSecondsPerDay = 86400.0;
constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

}  // namespace

Decay::Decay(double half_life_days) : half_life_(half_life_days * kSecondsPerDay) {}

double Decay::after(double seconds) const {
  return half_life_ == 0.0 || seconds <= 0.0 ? 1.0 : std::exp2(-seconds / half_life_);
}

void DecayedSum::add(double amount, double when, const Decay& decay) {
  if (amount == 0.0) return;
  if (value == 0.0) time = when;
  if (when > time) {
    value *= decay.after(when - time);
    time = when;
  }
  value += amount * decay.after(time - when);
}

// The finaliser of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t value) {
  hash += value + 0x9E3779B97F4A7C15;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
  return hash ^ (hash >> 31);
}

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
