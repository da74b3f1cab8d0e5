/// The order in which a model puts what a site's search finds, query by query, by the site's own ids.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "irgan/index_layout.h"
#include "irgan/model.h"
#include "irgan/query_file.h"
#include "irgan/reranker.h"
#include "irgan/site.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// Threads: one
class IRGAN_API ModelRanking {
 public:
  /// options: memory and vectors; the depth is the model's. name: what messages call the model
  ///
  /// Throws: Error if the model does not fit the index
  ModelRanking(const Site& site, const std::shared_ptr<const Model>& model, RerankOptions options,
               const std::string& name);

  /// Returns the ids of the query's candidates, the best first.
  ///
  /// Throws: FormatError if the query cannot be unserialised; what searching and reranking throw
  std::vector<std::string> documents(const QueryRow& row);

 private:
  Xapian::Database db_;
  DocumentIds ids_;
  FirstStage first_stage_;
  std::size_t depth_;
  std::unique_ptr<const Reranker> reranker_;
};

}  // namespace irgan
