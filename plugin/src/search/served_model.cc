#include "plugin/src/search/served_model.h"

#include <string>
#include <utility>

#include "plugin/src/features/index_state.h"

namespace irgan {

ServedModel::ServedModel(Xapian::Database db, std::shared_ptr<ModelSource> source, ProblemListener on_problem,
                         std::shared_ptr<VectorSource> vectors)
    : db_(std::move(db)),
      source_(std::move(source)),
      vectors_(std::move(vectors)),
      on_problem_(std::move(on_problem)) {}

const Model& ServedModel::refresh() {
  std::shared_ptr<const Model> current = source_->get(db_);
  const bool is_known = model_ && (current == model_ || current == refused_);
  if (!is_known) take(std::move(current));
  check_fit();
  return *model_;
}

void ServedModel::take(std::shared_ptr<const Model> current) {
  try {
    auto columns = std::make_unique<FeatureColumns>(current->schema(), db_);
    columns_ = std::move(columns);
    model_ = std::move(current);
    refused_.reset();
  } catch (const FormatError& error) {
    if (!model_) throw;
    refused_ = std::move(current);
    if (on_problem_) on_problem_("the model before stays: " + std::string(error.what()));
  }
}

// Asked anew for each model and each state of the index.
void ServedModel::check_fit() {
  std::string state = index_state(db_).text;
  if (!fit_ || fit_of_ != model_ || state != fit_state_) {
    std::shared_ptr<const IndexFit> fit = index_fit(db_, *model_);
    const bool is_told = fit_of_ == model_;
    fit_ = std::move(fit);
    fit_of_ = model_;
    fit_state_ = std::move(state);
    const std::string losses = fit_->fits() ? fit_->losses() : "";
    if (on_problem_ && !is_told && !losses.empty()) on_problem_(kModelDrift + losses);
  }
  if (!fit_->fits()) throw MisfitError("the model does not fit the index: " + fit_->why_not());
}

Picker* ServedModel::picker() {
  if (model_->collection() == nullptr) return nullptr;
  std::shared_ptr<const CollectionVectors> vectors = vectors_ ? vectors_->get(db_) : nullptr;
  if (!picker_ || picks_for_ != model_ || picks_from_ != vectors) {
    picker_ = picker_of(db_, *model_, vectors);
    picks_for_ = model_;
    picks_from_ = std::move(vectors);
  }
  return picker_.get();
}

}  // namespace irgan
