#include "index_tools/strict_rerank.h"

namespace irgan {

RerankOptions strict_rerank_options(std::size_t depth, const std::string& name) {
  RerankOptions options;
  options.depth = depth;
  options.on_problem = [name](const std::string& problem) {
    throw Error(name + ": the model does not fit the index: " + problem +
                "; train one on this index, or see 'xapian-irgan inspect MODEL --db DB'");
  };
  return options;
}

std::string model_name(const std::string& path) { return path.empty() ? "the index's own model" : path; }

}  // namespace irgan
