/// Which features a model lives on.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "irgan/model.h"
#include "irgan/training_data.h"
#include "irgan/training_record.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {

/// Returns what the served order loses in nDCG@10 without each feature, on up to 200 queries of `validation`.
///
/// A feature's values are dealt out anew among the documents of a pool. One that is the same for all documents of each
/// pool, as the query's length is, gets the value of another pool instead. Features that say the same stand in for
/// each other: each of them then loses little.
///
/// Source:   permutation importance, Breiman, Random Forests, 2001, section 10; 2 shuffles a pool
/// Shapes:   offsets: ranks seen in training; empty without impressions
/// Returns:  the same at any number of threads
/// Cost:     2 forward passes a feature and pool
FeatureImportance feature_importance(const Model& model, const TrainingData& validation, const Eigen::VectorXd& offsets,
                                     std::uint64_t seed, ThreadPool& threads);

}  // namespace irgan
