/// Documents drawn from the whole collection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"

namespace irgan {

/// Returns `count` rows of the vectors, or all if there are fewer, drawn without replacement from p_theta(d|q), the
/// softmax over all documents of g(q, d): the first drawn first.
///
/// Requires: a query that says something
/// Source:   Yellott, 1977: the order of logits with Gumbel noise is a draw without replacement from their softmax
/// Cost:     one pass over all rows, with two logarithms each
IRGAN_API std::vector<std::uint32_t> drawn_documents(const CollectionVectors& vectors, const VectorQuery& query,
                                                     std::size_t count, std::mt19937_64& random);

}  // namespace irgan
