#include "trainer/ranking/strict_rerank.h"

#include <utility>

#include "irgan/index_fit.h"

namespace irgan {
namespace {

Error misfit(const std::string& name, const std::string& why) {
  return Error(
      name + ": the model does not fit the index: " + why +
      "; annotate the index again, train one on this index, or inspect the model together with the index to see what "
      "has changed");
}

}  // namespace

void refuse_misfit(const Xapian::Database& db, const Model& model, const std::string& name) {
  try {
    parse_features(model.schema());
  } catch (const FormatError& error) {
    throw Error(name + ": the model does not fit an index: " + error.what() +
                "; a model of ready-made rows can only score such rows");
  }
  const std::string why = index_fit(db, model)->why_not();
  if (!why.empty()) throw misfit(name, why);
}

std::unique_ptr<Reranker> strict_reranker(const Xapian::Database& db, std::shared_ptr<const Model> model,
                                          RerankOptions options, const std::string& name) {
  options.on_problem = [name](const std::string& problem) {
    if (problem.rfind(kMemoryTrouble, 0) == 0) throw Error(problem);
    if (problem.rfind(kModelDrift, 0) != 0) throw Error(name + ": " + problem);
  };
  refuse_misfit(db, *model, name);
  return std::make_unique<Reranker>(db, fixed_model(std::move(model)), std::move(options));
}

std::unique_ptr<Reranker> strict_reranker(const Xapian::Database& db, std::shared_ptr<const Model> model,
                                          std::size_t depth, const std::string& name) {
  RerankOptions options;
  options.depth = depth;
  return strict_reranker(db, std::move(model), std::move(options), name);
}

std::string model_name(const std::string& path) { return path.empty() ? "the index's own model" : path; }

}  // namespace irgan
