/// The command `train`: learns a model from clicks or judgments.
#pragma once

#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "index_tools/options/evidence_options.h"
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
  std::optional<int> epochs;    ///< not set: fewer from a model than from nothing
  int trials = 1;               ///< settings to choose from
  std::set<std::string> given;  ///< names of the flags of the command line
  bool force = false;           ///< train on however few queries
};

void add_options(TrainOptions& options, OptionTable& table);

/// Trains, writes the model, and prints validation epoch by epoch.
///
/// Throws: Error with the number if fewer than 50 queries have a click or positive judgment, unless forced; what
///         preparing and training throw; the model file is untouched then
void run(const TrainOptions& options, std::ostream& out);

}  // namespace irgan
