/// Scores a ranker on held-out examples.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "irgan/epoch_report.h"
#include "irgan/training_data.h"
#include "plugin/src/encoding/binned_rows.h"
#include "plugin/src/model/network.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/rows/example_encoding.h"

namespace irgan {

/// What validation measures for labels of `kind`, in words.
IRGAN_API std::string validation_measure(LabelKind kind);

/// Held-out examples.
class IRGAN_API Validation {
 public:
  /// Keeps references to `data`, `layout` and `threads`. Examples without a positive label are passed over.
  Validation(const TrainingData& data, const BinLayout& layout, ThreadPool& threads,
             QueryWeight weight = QueryWeight::sqrt);

  std::size_t num_examples() const { return examples_.size(); }

  /// Sets in `report` the weighted mean of validation_measure for each ranker, and how often draws hit positives.
  ///
  /// generator: null if there is none
  void score(const Network& discriminator, const Network* generator, double temperature, const Eigen::VectorXd& offsets,
             EpochReport& report);

 private:
  const TrainingData& data_;
  const BinLayout& layout_;
  ThreadPool& threads_;
  std::vector<std::size_t> examples_;  // of data_
  std::vector<double> weights_;
  BinnedExamples binned_;  // of data_
};

/// Returns how well `scores` rank one example: the mean log-likelihood a click under softmax(scores + b[rank]) for
/// impressions, without b for other labels of shown documents, else nDCG@10.
///
/// Requires: a positive label
IRGAN_API double validation_score(const Example& example, LabelKind kind,
                                  const Eigen::Ref<const Eigen::VectorXd>& scores, const Eigen::VectorXd& offsets);

}  // namespace irgan
