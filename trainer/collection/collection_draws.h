/// Documents drawn from the whole collection by its generator, p_theta(d|q) = softmax of g(q, d) over all documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/errors.h"

namespace irgan {

/// Returns g(q, d) of every row of the vectors.
///
/// Requires: a query that says something
/// Cost:     one pass over all rows
IRGAN_API std::vector<float> collection_scores(const CollectionVectors& vectors, const VectorQuery& query);

/// Returns the logarithm of the sum of exp(score), by which log p_theta(d|q) = g(q, d) - log_partition().
IRGAN_API double log_partition(const std::vector<float>& scores);

/// Returns `count` numbers of scores, or all if there are fewer, drawn without replacement from the softmax of
/// scores / temperature: the first drawn first.
///
/// Source: Yellott, 1977: the order of logits with Gumbel noise is a draw without replacement from their softmax
/// Cost:   two logarithms a score
IRGAN_API std::vector<std::uint32_t> drawn_rows(const std::vector<float>& scores, double temperature, std::size_t count,
                                                std::mt19937_64& random);

}  // namespace irgan
