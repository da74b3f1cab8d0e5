/// The distinct result pages of a log, with the sums of their clicks.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "trainer/evidence/decay.h"

namespace irgan {

/// A document of a page; documents and queries are numbers here.
struct Showing {
  std::uint32_t document = 0;
  int rank = 0;
  DecayedSum clicks;
  double shown = 0.0;
  double last_clicks = 0.0;  // views whose lowest click was here
};

/// The distinct pages (a query and its list of document and rank), each with the sums over all its appearances.
class DistinctPages {
 public:
  struct Entry {
    std::uint32_t query = 0;
    std::uint32_t num_showings = 0;
    std::uint64_t first_showing = 0;  ///< in showings()
    std::uint64_t first_opening = 0;  ///< the number of its first appearance
    std::uint32_t next_of_hash = 0;
  };

  /// Adds a page to the one that equals it, or keeps it as a new one.
  ///
  /// Requires: `showings` sorted by rank
  /// Cost:     O(showings)
  void merge(std::uint32_t query, std::uint64_t opening, const std::vector<Showing>& showings, const Decay& decay);

  /// Takes all clicks so far for clicks of this time.
  void date_all(double time) {
    for (Showing& showing : showings_) showing.clicks.time = time;
  }

  std::vector<Entry>& entries() { return entries_; }
  std::size_t entries_so_far() const { return entries_.size(); }
  const std::deque<Showing>& showings() const { return showings_; }

 private:
  bool is_same(const Entry& entry, std::uint32_t query, const std::vector<Showing>& showings) const;

  std::vector<Entry> entries_;
  std::deque<Showing> showings_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_hash_;  // the newest entry of each hash
};

}  // namespace irgan
