/// Judges a new model beside the one whose place it would take.
#pragma once

#include <cstdint>
#include <optional>

#include "irgan/model.h"
#include "irgan/model_comparison.h"
#include "irgan/preparation.h"
#include "irgan/site.h"
#include "irgan/training_data.h"
#include "irgan/training_record.h"

namespace irgan {

/// What rows that judge can be made of.
struct JudgingEvidence {
  const Site& site;
  const Evidence& known;
  const PreparationOptions& preparing;  ///< as the candidate's rows were made
};

/// Compares the two on what was held out of the candidate's evidence, each as it sees it: with its own features and its
/// generator's picks, pages apart where either tells their contexts apart. Of a log, rows from before the time until
/// which the present model has learnt are left out, if at least 20 queries are left; else they flatter it, which
/// the result says.
///
/// validation: held out, in rows of the candidate's schema
/// evidence:   nothing: rows were ready-made
/// Throws:     Error if the present model's rows are needed and cannot be made, or the two have no query in common
IRGAN_API ModelComparison judge_beside(const Model& present, const Model& candidate,
                                       const TrainingRecord& candidate_record, const TrainingData& validation,
                                       const std::optional<JudgingEvidence>& evidence, std::uint64_t seed);

}  // namespace irgan
