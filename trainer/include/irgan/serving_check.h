/// Whether a trained model may serve: it must not rank what was held out worse than the site's own search does.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>

#include "irgan/model.h"
#include "irgan/training_data.h"

namespace irgan {

/// A model and its first stage on the queries of the same held-out evidence.
struct ServingCheck {
  double first_stage = 0.0;  ///< mean nDCG@10
  double served = 0.0;
  double p = 1.0;  ///< of the paired randomisation test over queries, two-sided
  std::size_t num_queries = 0;
  bool is_worse_for_stopping_users = true;  ///< or there was no need, or no way, to find out

  /// The model is worse, and not by chance.
  bool is_worse() const { return served < first_stage && p < 0.05; }
  bool refused() const { return is_worse() && is_worse_for_stopping_users; }
};

/// Compares what `model` serves with the first stage.
///
/// Impressions are judged over the documents shown, a click counting one over the examination of its rank,
/// exp(offsets[0] - offsets[rank - 1]), at most 20, since clicks alone would favour whatever order was shown.
/// A model that is worse by that is judged once more by labels_of_stopping_users(), if the data allow it: where people
/// stop at a good document, what a model brings up from below it looks unwanted by rank alone. The first stage's order
/// is that of the pools, or for ready-made rows that of the feature `first_stage_feature`.
///
/// Shapes:  offsets: ranks seen in training; empty without impressions
/// Returns: nothing if ready-made rows do not have that feature
IRGAN_API std::optional<ServingCheck> check_serving(const Model& model, const TrainingData& validation,
                                                    const Eigen::VectorXd& offsets,
                                                    const std::string& first_stage_feature, std::uint64_t seed);

/// Whether `model` gives any two documents of a query different scores. One that does not has learnt nothing: its steps
/// were so large that its units stay at their ends, or no feature differs.
///
/// Returns: true without queries of two documents
IRGAN_API bool tells_documents_apart(const Model& model, const TrainingData& data);

}  // namespace irgan
