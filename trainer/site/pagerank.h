/// Importance of documents by the links between them.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace irgan {

/// A link from one document to another, by number.
using Link = std::pair<std::size_t, std::size_t>;

/// Returns the PageRank of each of `num_documents`, scaled to a mean of 1; damping .85, 50 rounds.
///
/// Source:   Page et al., "The PageRank Citation Ranking", 1999; what documents without links would pass on is lost,
///           and the final scaling makes up for it
/// Requires: link ends < num_documents
/// Cost:     O(50 (documents + links))
std::vector<double> pagerank(std::size_t num_documents, const std::vector<Link>& links);

}  // namespace irgan
