/// Whether a new model is worse, level or better than the one whose place it would take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "irgan/errors.h"
#include "irgan/model.h"
#include "irgan/training_data.h"
#include "irgan/training_record.h"

namespace irgan {

/// Two models on the queries of the same held-out evidence.
struct ModelComparison {
  enum class Verdict { worse, level, better };

  double present = 0.0;    ///< mean nDCG@10 of the model that is there
  double candidate = 0.0;  ///< of the new one
  double p = 1.0;          ///< of the paired randomisation test over queries, two-sided
  std::size_t num_queries = 0;
  bool is_worse_for_stopping_users = true;  ///< or there was no need, or no way, to find out
  /// Whether the present model has learnt from rows as late as those that judge, or nobody knows: that flatters it.
  bool flatters_present = true;

  /// Level unless p is below .05.
  Verdict verdict() const;
};

IRGAN_API const char* to_string(ModelComparison::Verdict verdict);

/// Returns until when a model has learnt from clicks, it and those that it went on from; nothing if that is not known.
///
/// Units: seconds since 1970 UTC
IRGAN_API std::optional<double> learnt_until(const TrainingRecord& record);

/// Compares what two models serve, by nDCG@10 as check_serving() takes it.
///
/// candidate_record:   of its training, whose examination corrects the ranks of both
/// validation:         held-out evidence in rows of the candidate's schema
/// present_validation: the same evidence in rows of the present model's schema
/// Throws: Error if the two have no query in common
IRGAN_API ModelComparison compare_models(const Model& candidate, const TrainingRecord& candidate_record,
                                         const TrainingData& validation, const Model& present,
                                         const TrainingData& present_validation, std::uint64_t seed);

}  // namespace irgan
