#include "irgan/model_source.h"

#include <utility>

#include "plugin/src/model/followed.h"

namespace irgan {
namespace {

// Models have some hundred thousand bytes. The search that finds a new one reads it, and must not wait long.
constexpr FollowedNames kModelNames{"model", kModelKey, kModelVersionKey, off_t{64} << 20, "64 MiB", false};

}  // namespace

std::shared_ptr<ModelSource> fixed_model(std::shared_ptr<const Model> model) {
  return std::make_shared<FixedSource<ModelSource, Model>>(std::move(model));
}

std::shared_ptr<ModelSource> model_file(const std::string& path, ProblemListener on_problem) {
  return std::make_shared<FollowedFile<ModelSource, Model>>(path, kModelNames, std::move(on_problem));
}

std::shared_ptr<ModelSource> model_in_index(ProblemListener on_problem) {
  return std::make_shared<FollowedMetadata<ModelSource, Model>>(kModelNames, std::move(on_problem));
}

}  // namespace irgan
