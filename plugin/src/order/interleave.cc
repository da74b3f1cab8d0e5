#include "irgan/interleave.h"

#include <cstdint>
#include <unordered_set>

#include "plugin/src/order/keyed_draws.h"

namespace irgan {
namespace {

/// A ranking and how far it has been used up.
class Captain {
 public:
  Captain(const std::vector<Xapian::docid>& ranking, Team team) : ranking_(ranking), team_(team) {}

  /// Whether there is a document that is not yet `taken`; moves to it.
  bool has_more(const std::unordered_set<Xapian::docid>& taken) {
    while (next_ < ranking_.size() && taken.count(ranking_[next_]) > 0) ++next_;
    return next_ < ranking_.size();
  }

  /// Requires: has_more()
  InterleavedHit pick() {
    ++num_picked_;
    return {ranking_[next_++], team_};
  }

  std::size_t num_picked() const { return num_picked_; }

 private:
  const std::vector<Xapian::docid>& ranking_;
  const Team team_;
  std::size_t next_ = 0;
  std::size_t num_picked_ = 0;
};

}  // namespace

std::vector<InterleavedHit> interleave(const std::vector<Xapian::docid>& first,
                                       const std::vector<Xapian::docid>& second, const std::string& key) {
  const KeyedDraws coins(key, "which team picks first");
  Captain a(first, Team::first);
  Captain b(second, Team::second);
  std::unordered_set<Xapian::docid> taken;
  std::vector<InterleavedHit> page;
  const auto take = [&](const InterleavedHit& hit) {
    taken.insert(hit.docid);
    page.push_back(hit);
  };
  while (a.has_more(taken) && b.has_more(taken)) {
    const bool is_level = a.num_picked() == b.num_picked();
    const bool is_turn_of_a = is_level ? coins.uniform(a.num_picked()) < 0.5 : a.num_picked() < b.num_picked();
    take((is_turn_of_a ? a : b).pick());
  }
  for (Captain* rest : {&a, &b}) {
    while (rest->has_more(taken)) take({rest->pick().docid, Team::none});
  }
  return page;
}

}  // namespace irgan
