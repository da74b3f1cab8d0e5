/// The generator over the whole collection, as a model holds it.
#pragma once

#include <cstddef>
#include <vector>

#include "irgan/towers.h"

namespace irgan {

/// p_theta(d|q) = softmax of g(q, d) over all documents of the collection.
///
/// Units: g is a logit, comparable within one query only
struct CollectionGenerator {
  Towers towers;
  std::size_t num_picks = 100;  ///< documents that it puts beside the candidates of a search
  /// For training that goes on: towers that have not learnt from each fold of the queries. Searches do not need them.
  std::vector<Towers> folds{};
};

}  // namespace irgan
