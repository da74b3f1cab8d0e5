#include "plugin/src/search/served_model.h"

#include <string>
#include <utility>

#include "plugin/src/features/xapian_versions.h"

namespace irgan {

ServedModel::ServedModel(Xapian::Database db, std::shared_ptr<ModelSource> source, ProblemListener on_problem)
    : db_(std::move(db)), source_(std::move(source)), on_problem_(std::move(on_problem)) {}

const Model& ServedModel::refresh() {
  std::shared_ptr<const Model> current = source_->get(db_);
  if (model_ && (current == model_ || current == refused_)) return *model_;
  try {
    auto columns = std::make_unique<FeatureColumns>(current->schema(), db_);
    // Behind a server, looking for a prefix that the index lost brings all its terms.
    if (on_problem_ && !has_remote_shard(db_)) report_losses(db_, current->schema(), on_problem_);
    columns_ = std::move(columns);
    model_ = std::move(current);
    refused_.reset();
  } catch (const FormatError& error) {
    if (!model_) throw;
    refused_ = std::move(current);
    if (on_problem_) on_problem_("the model before stays: " + std::string(error.what()));
  }
  return *model_;
}

}  // namespace irgan
