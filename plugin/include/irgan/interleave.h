/// Two rankings on one page, to see by clicks which of them people prefer.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Which ranking put a hit on the page, and so gets its clicks.
enum class Team {
  none,  ///< neither: the page is not interleaved, or the other ranking had no more hits to put beside it
  first,
  second,
};

struct InterleavedHit {
  Xapian::docid docid = 0;
  Team team = Team::none;
};

/// Returns all documents of two rankings in one order, by team draft: in each round a coin says which ranking picks
/// first, and each picks its best document that is not on the page yet. Clicks on any page then favour neither by its
/// place.
///
/// `key` decides the coins: the same key gives the same order, so that later pages of a search continue the first. Take
/// one that differs from search to search (a session's id and the query's words): with one key for all, one ranking
/// would always begin. When a ranking has nothing left to pick, what the other still has follows in its order, of no
/// team.
///
/// Source:   Radlinski, Kurup and Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008,
///           algorithm 2
/// Requires: no document twice in one ranking
/// Cost:     O(n);  Threads: pure
IRGAN_API std::vector<InterleavedHit> interleave(const std::vector<Xapian::docid>& first,
                                                 const std::vector<Xapian::docid>& second, const std::string& key);

}  // namespace irgan
