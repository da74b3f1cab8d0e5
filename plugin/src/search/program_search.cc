#include "plugin/src/search/program_search.h"

#include <algorithm>
#include <limits>

namespace irgan {

Xapian::MSet ProgramSearch::original() {
  if (spies_have_counted_) enquire_.clear_matchspies();
  is_programs_own_ = true;
  return enquire_.get_mset(request_.first, request_.maxitems, request_.check_at_least, request_.rset,
                           request_.mdecider);
}

Xapian::MSet ProgramSearch::first_pass(std::size_t depth, TimeLimit& limit) {
  constexpr Xapian::doccount kMost = std::numeric_limits<Xapian::doccount>::max();
  const Xapian::doccount end = request_.first + std::min(request_.maxitems, kMost - request_.first);
  const auto window = static_cast<Xapian::doccount>(std::min<std::size_t>(std::max<std::size_t>(end, depth), kMost));
  const auto begin = TimeLimit::Clock::now();
  is_programs_own_ = true;
  Xapian::MSet all = enquire_.get_mset(0, window, request_.check_at_least, request_.rset, request_.mdecider);
  is_programs_own_ = false;
  limit.leave_out(TimeLimit::Clock::now() - begin);
  spies_have_counted_ = true;
  return all;
}

bool is_relevance_order(const Xapian::MSet& mset) {
  if (!(mset.get_max_possible() > 0.0)) return false;
  double last = std::numeric_limits<double>::infinity();
  for (auto hit = mset.begin(); hit != mset.end(); ++hit) {
    if (!hit.get_sort_key().empty() || hit.get_weight() > last) return false;
    last = hit.get_weight();
  }
  return true;
}

bool has_collapse_keys(const Xapian::MSet& mset, std::size_t size) {
  for (Xapian::doccount i = 0; i < size; ++i) {
    if (!mset[i].get_collapse_key().empty()) return true;
  }
  return false;
}

}  // namespace irgan
