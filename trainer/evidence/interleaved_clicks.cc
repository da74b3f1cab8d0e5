#include "irgan/interleaved_clicks.h"

#include <algorithm>
#include <cassert>

#include "trainer/machine/hash.h"

namespace irgan {
namespace {

constexpr std::size_t kNumTeams = 2;

}  // namespace

void InterleavingOutcome::add(double clicks_of_first, double clicks_of_second) {
  ++num_shown;
  if (clicks_of_first != clicks_of_second) {
    ++wins[clicks_of_first > clicks_of_second ? 0 : 1];
  } else if (clicks_of_first > 0.0) {
    ++num_ties;
  }
}

void InterleavedClicks::add(const ClickRow& row) {
  if (row.team.empty()) return;
  auto name = std::find(names_.begin(), names_.end(), row.team);
  if (name == names_.end() && names_.size() <= kNumTeams) name = names_.emplace(name, row.team);
  const auto team = static_cast<std::size_t>(name - names_.begin());
  if (team >= kNumTeams) return;
  if (row.session.empty()) {
    ++num_without_session_;
    return;
  }
  const std::uint64_t session = text_hash(row.session);
  const std::uint64_t query = text_hash(row.query_id.empty() ? row.query : row.query_id);
  const double clicks = row.clicked ? row.count : 0.0;
  searches_[mix_hash(session, query)][team] += clicks;
  sessions_[session][team] += clicks;
}

std::vector<std::string> InterleavedClicks::teams() const {
  std::vector<std::string> names = names_;
  std::sort(names.begin(), names.end());
  return names;
}

InterleavingOutcome InterleavedClicks::outcome_of(const Units& units) const {
  assert(names_.size() == kNumTeams);
  const std::size_t first = names_[0] < names_[1] ? 0 : 1;
  InterleavingOutcome outcome;
  for (const auto& [unit, clicks] : units) outcome.add(clicks[first], clicks[1 - first]);
  return outcome;
}

}  // namespace irgan
