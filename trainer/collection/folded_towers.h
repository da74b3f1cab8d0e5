/// Towers for every query of a data set, those of a query not learnt from it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "irgan/collection_generator.h"
#include "irgan/collection_vectors.h"
#include "irgan/errors.h"
#include "irgan/tower_options.h"
#include "trainer/collection/tower_training.h"

namespace irgan {

/// A discriminator must learn what the generator's score is worth for queries that the generator has not seen: so each
/// query that towers learn from gets its own score from towers of the other queries.
struct FoldedTowers {
  Towers whole;               ///< learnt from all queries: what is served
  std::vector<Towers> folds;  ///< folds[i] is not learnt from the queries of fold i; none where nothing was learnt
  std::map<std::string, std::size_t> fold_of_query;

  /// Returns those that may be asked about the query.
  const Towers& of(const std::string& query_id) const {
    const auto fold = fold_of_query.find(query_id);
    return fold == fold_of_query.end() || folds.empty() ? whole : folds[fold->second];
  }
};

/// What each query teaches, by its id.
using TowerLessons = std::map<std::string, TowerExample>;

/// Learns towers from all queries, and from all but each fold's. Which fold a query is in depends on its id alone, so
/// that learning goes on from `start` with the folds that it had. Without epochs `start` itself answers every query.
///
/// start:  null, or learnt on vectors of another basis: what the vectors say by themselves
/// Throws: as train_towers
IRGAN_API FoldedTowers learn_towers(const CollectionVectors& vectors, const TowerLessons& lessons,
                                    const TowerOptions& options, const CollectionGenerator* start,
                                    unsigned num_threads);

}  // namespace irgan
