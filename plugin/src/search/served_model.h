/// The model that one Database is served by, and the features that it needs.
#pragma once

#include <xapian.h>

#include <memory>

#include "irgan/feature_extractor.h"
#include "irgan/model.h"
#include "irgan/model_source.h"
#include "irgan/value_cache.h"

namespace irgan {

/// Follows a model source. A model whose features this build cannot extract is refused as a damaged one is.
///
/// Threads: one
class ServedModel {
 public:
  /// `values`: as FeatureExtractor takes them
  ServedModel(Xapian::Database db, std::shared_ptr<ModelSource> source, ProblemListener on_problem,
              std::shared_ptr<ValueCache> values);

  /// Takes what the source has now. A model that is refused is told once, and the one before stays.
  ///
  /// Throws: what ModelSource::get throws; FormatError if the first model cannot be extracted
  const Model& refresh();

  /// Requires: refresh() has returned once
  const Model& model() const { return *model_; }
  const FeatureExtractor& extractor() const { return *extractor_; }

 private:
  const Xapian::Database db_;
  const std::shared_ptr<ModelSource> source_;
  const ProblemListener on_problem_;
  const std::shared_ptr<ValueCache> values_;
  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Model> refused_;
  std::unique_ptr<FeatureExtractor> extractor_;  // of model_
};

}  // namespace irgan
