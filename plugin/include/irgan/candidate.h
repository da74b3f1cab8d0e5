/// The candidates of a search, and the matrix of their feature values.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// One row a document, one column a feature, in the order of FeatureSchema::features; a missing value is NaN.
///
/// Shapes: documents x features, a row behind the other in memory
using FeatureMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A document that may be shown: what the first stage found, or the generator or the memory added.
struct Candidate {
  Xapian::docid docid = 0;
  double first_stage_score = 0.0;  ///< the weight of Xapian's MSet; NaN if the first stage did not find it
  /// g(q, d) of the generator over the whole collection, NaN if the query says nothing to it; not set: nobody asked it.
  std::optional<float> generator_score{};
};

/// Returns the first `depth` hits of `mset` as candidates, in their order; fewer if there are fewer.
///
/// Requires: `mset` begins at the first hit; a later page's hits are not those of a pool
/// Throws:   Xapian::Error if the index cannot be read
/// Cost:     O(depth);  Threads: as the MSet's Database
IRGAN_API std::vector<Candidate> candidates_of(const Xapian::MSet& mset, std::size_t depth);

}  // namespace irgan
