/// What a training run writes down about itself, the same at every repetition of the run.
///
/// A model file keeps it as JSON, for people and other programs; inside the program it is this struct.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "irgan/epoch_report.h"
#include "irgan/model.h"
#include "irgan/serving_check.h"
#include "irgan/significance.h"
#include "irgan/training_data.h"
#include "irgan/training_options.h"

namespace irgan {

/// Sizes and kind of a data set.
struct DataRecord {
  LabelKind labels = LabelKind::grades;
  LabelOrigin origin;
  std::size_t num_queries = 0;
  std::size_t num_rows = 0;
  std::size_t num_examples = 0;
  std::size_t num_informative_examples = 0;
};

/// The epoch whose weights one ranker has.
struct ChosenEpoch {
  int epoch = 0;  ///< 1-based; 0: the model that training went on from
  double validation = 0.0;
};
using ChosenEpochs = ByRanker<std::optional<ChosenEpoch>>;

struct NetworkRecord {
  std::vector<EpochReport> epochs;
  ChosenEpochs best;
  RankerScores start = no_scores();  ///< of the model that training went on from
  std::vector<double> examination;   ///< b[rank] - b[1], by rank; empty without impressions
  std::vector<std::string> troubles;
};

/// How many times as many false negatives as a uniform draw the generator draws, by temperature.
struct FalseNegativeCurve {
  std::uint64_t num_queries = 0;     ///< that it was measured on
  std::vector<double> temperatures;  ///< relative to the one that was trained with, ascending
  std::vector<double> multiples;     ///< infinite where uniform draws had none
};

/// What each feature is worth to the model: how much of its nDCG@10 on validation is lost when that feature alone says
/// nothing, its values being dealt out anew among the documents.
struct FeatureImportance {
  std::size_t num_queries = 0;   ///< of validation, that it was measured on
  double ndcg = 0.0;             ///< with all features as they are
  std::vector<Interval> losses;  ///< over queries, a feature each, in the schema's order
};

/// A model that came before this one.
struct PastModel {
  std::string version;
  std::optional<DataRecord> training;
  std::optional<DataRecord> validation;
  std::string validation_measure;
  std::optional<ServingCheck> check;
  std::vector<ChosenEpochs> best;  ///< a network each
};

struct TrainingRecord {
  std::optional<TrainingOptions> options;  ///< those that change the model, without `from`
  std::string from;                        ///< version of the model that training went on from; empty: it started anew
  std::optional<DataRecord> training;
  std::optional<DataRecord> validation;
  std::string validation_measure;
  std::vector<NetworkRecord> networks;
  std::optional<FalseNegativeCurve> false_negatives;
  std::optional<ServingCheck> check;
  std::optional<FeatureImportance> importance;  ///< older models do not know it
  std::vector<PastModel> history;               ///< of the models that training went on from, the first and the latest
  int num_models_before = 0;                    ///< with those that history leaves out

  /// The mean over networks of the chosen epochs' validation; NaN without one.
  double validation_of(Ranker ranker) const;
};

DataRecord record_of(const TrainingData& data);

/// Returns what training wrote into the model; members that an older version did not write keep their defaults.
///
/// Throws: FormatError if a member has another type
IRGAN_API TrainingRecord record_of(const Model& model);

/// The record's text, as a model file keeps it, and back.
///
/// Throws: FormatError if the text is not JSON or a member has another type
IRGAN_API std::string to_text(const TrainingRecord& record);
IRGAN_API TrainingRecord record_from_text(const std::string& text);

}  // namespace irgan
