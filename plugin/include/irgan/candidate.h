/// The candidates of a search, and the matrix of their feature values.
#pragma once

#include <xapian.h>

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// One row a document, one column a feature; a missing value is NaN.
using FeatureMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A document that the first stage found.
struct Candidate {
  Xapian::docid docid = 0;
  double first_stage_score = 0.0;  ///< the weight of Xapian's MSet; NaN if the first stage did not find it
  /// g(q, d) of the generator over the whole collection, NaN if the query says nothing to it; not set: nobody asked it.
  std::optional<float> generator_score{};
};

/// Returns the first `depth` hits of `mset` as candidates.
IRGAN_API std::vector<Candidate> candidates_of(const Xapian::MSet& mset, std::size_t depth);

}  // namespace irgan
