/// Finds what Xapian itself can compute that comes nearest to a model: BM25's parameters, field scales, a mixture.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "irgan/weight.h"

namespace irgan {

/// How one field of a pool's documents holds the query's words.
struct FieldOccurrences {
  Eigen::MatrixXd wdf;  ///< documents x words
  Eigen::VectorXd idf;  ///< a word each, as bm25_idf()
};

/// The candidates of one query, as Xapian's matcher sees them, and what the model makes of them.
struct DistillationPool {
  std::vector<FieldOccurrences> fields;
  Eigen::VectorXd normalised_length;  ///< a document each
  Eigen::VectorXd target;             ///< softmax of the model's scores
};

/// A form of the model: a weighting scheme, and how much each field counts in the query.
struct DistilledForm {
  WeightMixture mixture;             ///< brevity and length are per word and field of the query
  std::vector<double> field_scales;  ///< a field each; the largest is 1
  double held_out_loss = 0.0;        ///< nats: cross entropy of the model's softmax on the held-out pools
};

/// Which functions a form may use.
enum class DistilledKind {
  stock,    ///< what Xapian::BM25Weight has: bm25 and brevity (its k2)
  mixture,  ///< all of irgan::Weight
};

/// Returns the form whose softmax over the pools is nearest to the model's.
///
/// k1 and b are searched coordinate by coordinate on a grid, each point judged on the held-out pools; its scales and
/// coefficients are those of the least cross entropy on the learning pools, which is convex in either with the other
/// given. A mixture starts from the stock form.
///
/// used:     which fields the query may have, at least one
/// Requires: pools with the same number of fields, at least one document each; neither list empty
/// Cost:     some 30 fits of fit_nonnegative_softmax; the result does not depend on chance
IRGAN_API DistilledForm distil(DistilledKind kind, const std::vector<DistillationPool>& learning,
                               const std::vector<DistillationPool>& held_out, const std::vector<bool>& used);

}  // namespace irgan
