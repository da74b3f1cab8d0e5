/// The leading right singular vectors of a large sparse matrix.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cstdint>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

using SparseRows = Eigen::SparseMatrix<float, Eigen::RowMajor>;

/// Returns V, the columns by falling singular value: the `count` directions in which the rows of A differ most. Fewer
/// if A has fewer rows or columns; zeros for what lies beyond its rank.
///
/// Source:  Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4 on A^T A,
///          from `count` + 20 random directions, 5 times
/// Shapes:  rows: m x n, the matrix A; columns: n x m, its transpose; result: n x count
/// Cost:    10 products with A; memory for n rows of `count` + 20 numbers, and for m + n of 32
/// Threads: shared out; the result does not depend on their number
IRGAN_API FeatureMatrix leading_right_vectors(const SparseRows& rows, const SparseRows& columns, Eigen::Index count,
                                              std::uint64_t seed, ThreadPool& threads);

}  // namespace irgan
