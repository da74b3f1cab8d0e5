/// How ranks are looked at, by what the clicks of a log say.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// How a document fared for a query at one rank.
struct PairAtRank {
  std::uint64_t pair = 0;  ///< a number of the query and document
  int rank = 0;            ///< 1-based
  double shown = 0.0;
  double clicks = 0.0;
};

/// Returns the chance of rank r = 1.. to be looked at, that of rank 1 being 1, as far as documents that were shown at
/// several ranks for the same query tell: clicks ~ Poisson(shown · relevance[pair] · examination[rank]), both factors
/// by maximum likelihood, in turns. What a pair's relevance is does not matter for the ranks' factors, so that pairs
/// with few showings do not lead astray; pairs at one rank say nothing.
///
/// A rank that no chain of such documents joins to rank 1 is a NaN: nothing is known of it. All are NaN where none is
/// joined.
///
/// Requires: equal pairs beside each other; `num_ranks` > 0; entries of higher ranks are left out
/// Cost:     O(entries), a hundred times
IRGAN_API std::vector<double> estimate_examination(const std::vector<PairAtRank>& counts, std::size_t num_ranks);

/// Returns how many pairs were shown at two ranks or more, and clicked.
IRGAN_API std::size_t num_telling_pairs(const std::vector<PairAtRank>& counts, std::size_t num_ranks);

}  // namespace irgan
