/// How likely a document is relevant, by what a log of impressions says of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/mining_evidence.h"
#include "irgan/mining_options.h"
#include "irgan/model.h"
#include "irgan/site.h"
#include "irgan/training_record.h"
#include "trainer/labels/relevance_evidence.h"

namespace irgan {

struct MiningRelevance {
  std::optional<RelevanceModel> model;
  std::string why_none;  ///< for people; empty where the options ask for no model, or the log has no impressions
};

/// Fits a model to some of the queries that the log shows, evenly out of all, if the options need one.
///
/// model:    null: there is none
/// record:   of the model
/// Requires: options.depth > 0
/// Throws:   ConfigError if the options say how relevant a document may be, and there can be no model
MiningRelevance mining_relevance(const Site& site, const std::shared_ptr<const Model>& model,
                                 const TrainingRecord& record, const MiningEvidence& evidence,
                                 const MiningOptions& options);

/// Returns how often each rank is looked at beside rank 1, as training learnt it: the examination that its clicks were
/// corrected by, else exp(b[rank] - b[1]), b the mean over networks. Empty if it was not of impressions.
IRGAN_API std::vector<double> examination_of(const TrainingRecord& record);

}  // namespace irgan
