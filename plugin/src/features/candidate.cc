#include "irgan/candidate.h"

#include <algorithm>

namespace irgan {

std::vector<Candidate> candidates_of(const Xapian::MSet& mset, std::size_t depth) {
  std::vector<Candidate> candidates;
  candidates.reserve(std::min<std::size_t>(depth, mset.size()));
  for (auto hit = mset.begin(); hit != mset.end() && candidates.size() < depth; ++hit) {
    candidates.push_back({*hit, hit.get_weight()});
  }
  return candidates;
}

}  // namespace irgan
