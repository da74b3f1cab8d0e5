/// What an earlier model's discriminator says of documents that the generator over the whole collection draws.
#pragma once

#include <memory>
#include <vector>

#include "irgan/collection_vectors.h"
#include "irgan/model.h"
#include "irgan/query_file.h"
#include "irgan/site.h"
#include "trainer/collection/folded_towers.h"

namespace irgan {

/// Sets the opinion of each lesson: log p_D(d|q) of the documents that the discriminator likes best among the query's
/// candidates, and of as many that the generator draws from the whole collection. Candidates are the first stage's and,
/// if the teacher has a generator of its own, its picks; that generator draws, else one that has learnt nothing.
///
/// Throws:  Error if the teacher does not fit the index, or its generator the vectors
/// Threads: shared out; the result does not depend on their number
/// Cost:    a query: a search, feature rows of its candidates and draws, and a pass over the vectors
IRGAN_API void add_opinions(const Site& site, const std::shared_ptr<const CollectionVectors>& vectors,
                            const Model& teacher, const std::vector<QueryRow>& queries, const TowerOptions& options,
                            unsigned num_threads, TowerLessons& lessons);

}  // namespace irgan
