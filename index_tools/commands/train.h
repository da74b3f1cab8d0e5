/// The command `train`: learns a model from clicks or judgments.
#pragma once

#include <string>
#include <vector>

#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"
#include "trainer/training/training.h"

namespace irgan {

struct TrainOptions {
  EvidenceOptions evidence;
  std::vector<std::string> data;   ///< feature files instead of an index
  std::vector<std::string> valid;  ///< feature files for validation
  std::string labels;              ///< kind of labels in feature files that do not say
  std::string valid_queries;
  SplitOptions split;  ///< with the seed of `training`
  std::string from;    ///< a model to go on from
  std::string model;
  TrainingOptions training;
  int trials = 1;      ///< settings to choose from
  bool force = false;  ///< train on however few queries
};

void add_options(TrainOptions& options, OptionTable& table);

/// Trains, writes the model, and prints validation epoch by epoch.
///
/// Throws: Error with the number if fewer than 50 queries have a click or positive judgment, unless forced; what
///         preparing and training throw; the model file is untouched then
void run(const TrainOptions& options, const Console& console);

}  // namespace irgan
