/// The model that one Database is served by, and the features and picks that it needs.
#pragma once

#include <xapian.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/index_fit.h"
#include "irgan/model.h"
#include "irgan/model_source.h"
#include "irgan/rerank_options.h"
#include "irgan/vector_source.h"
#include "plugin/src/candidates/picking.h"
#include "plugin/src/features/feature_columns.h"

namespace irgan {

/// Follows a model source. A model whose features this build cannot extract is refused as a damaged one is.
///
/// Threads: one
class ServedModel {
 public:
  /// vectors: null if there are none, or nobody asks for picks
  ServedModel(Xapian::Database db, std::shared_ptr<ModelSource> source, ProblemListener on_problem,
              std::shared_ptr<VectorSource> vectors = nullptr);

  /// Takes what the source has now. A model that is refused is reported once, and the one before stays.
  ///
  /// Throws: what ModelSource::get throws; FormatError if the first model cannot be extracted; MisfitError if the model
  ///         does not fit the index as it stands
  /// Cost:   index_fit() once for each model and state of the index, else a look at its revision
  const Model& refresh();

  /// Requires: refresh() has returned once
  const Model& model() const { return *model_; }

  /// What the model's features are, and what they say of a context.
  ///
  /// Requires: as model()
  const FeatureColumns& columns() const { return *columns_; }

  /// Returns what the model picks with, by what the vectors' source has now; null if its generator does not pick from
  /// the whole collection.
  ///
  /// Requires: as model()
  /// Throws:   what picker_of and VectorSource::get throw
  Picker* picker();

  /// Returns the model's features of `candidates`, as FeatureExtractor::extract does.
  ///
  /// index:    a reader of this search
  /// Requires: as model()
  FeatureMatrix features(const Xapian::Query& query, const std::vector<Candidate>& candidates,
                         const SearchContext& context, IndexReader& index,
                         const std::function<void()>& before_feature) const {
    return columns_->extract(query, candidates, context, index, before_feature);
  }

 private:
  void take(std::shared_ptr<const Model> current);
  void check_fit();

  const Xapian::Database db_;
  const std::shared_ptr<ModelSource> source_;
  const std::shared_ptr<VectorSource> vectors_;
  const ProblemListener on_problem_;
  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Model> refused_;
  std::unique_ptr<FeatureColumns> columns_;  // of model_
  std::shared_ptr<const IndexFit> fit_;
  std::shared_ptr<const Model> fit_of_;  // whose fit it is
  std::string fit_state_;                // of the index when it was asked for
  std::unique_ptr<Picker> picker_;
  std::shared_ptr<const Model> picks_for_;               // whose picks it makes
  std::shared_ptr<const CollectionVectors> picks_from_;  // and by which vectors
};

}  // namespace irgan
