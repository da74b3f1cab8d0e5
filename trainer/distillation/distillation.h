/// Finds what Xapian itself can compute that comes nearest to a model: BM25's parameters, field scales, a mixture.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "irgan/distilled_forms.h"
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
  WeightMixture mixture;  ///< brevity and length are per word: to be divided by the number of fields in the query
  std::vector<double> field_scales;  ///< a field each; the largest is 1
  double held_out_ndcg = 0.0;  ///< nDCG@10 over the held-out pools, a document's gain its probability by the model
};

/// Whether a field may be in the query.
enum class FieldUse {
  none,
  allowed,
  usual,  ///< it is in the site's own query, with scale 1
};

/// Returns the form that ranks the held-out pools most as the model does: by held_out_ndcg.
///
/// k1, b and how much the first ranks count in the fit are searched coordinate by coordinate on a grid, with and
/// without the functions of the document. At each point scales and coefficients are those of the least cross entropy on
/// the learning pools, which is convex in either with the other given. On the held-out pools the stock form is never
/// below the usual query under BM25's defaults, and a mixture never below the stock form. Fields that are not usual are
/// taken only if the stock form gains .005 by them.
///
/// uses:     of the fields, at least one usual
/// Requires: pools with the same number of fields, at least one document each; neither list empty
/// Cost:     some 100 fits of fit_nonnegative_softmax; the result does not depend on chance
IRGAN_API DistilledForm distil(DistilledKind kind, const std::vector<DistillationPool>& learning,
                               const std::vector<DistillationPool>& held_out, const std::vector<FieldUse>& uses);

}  // namespace irgan
