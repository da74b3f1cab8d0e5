/// What the generator over the whole collection has learnt.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"

namespace irgan {

/// What the generator looks for: a query's vector, turned by the towers.
///
/// Shapes: numbers: dimensions
struct VectorQuery {
  std::vector<std::int16_t> numbers;  ///< stand for `scale` times themselves; empty: the query says nothing
  float scale = 0.0F;
};

/// g(q, d) = scale * u_q^T W v_d, for the vectors of a query and of a document (CollectionVectors).
///
/// Units:  g is a logit: documents are picked with chances in proportion to exp(g)
/// Source: the two-tower form of Huang et al., "Learning Deep Structured Semantic Models", CIKM 2013, linear and with
///         the vectors given
struct IRGAN_API Towers {
  FeatureMatrix weight;  ///< W: dimensions x dimensions; the identity is what vectors say by themselves
  float scale = 10.0F;
  std::string basis;  ///< of the vectors that they were learnt on: they fit no others

  /// Returns what to look for: scale * W^T u.
  ///
  /// Shapes: query_vector: dimensions
  VectorQuery query(const Eigen::Ref<const Eigen::VectorXf>& query_vector) const;
};

}  // namespace irgan
