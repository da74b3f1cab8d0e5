/// Ranks many queries as a site would: in the order of its own search, and in a model's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/model.h"
#include "irgan/query_file.h"
#include "irgan/rerank_options.h"
#include "irgan/run_file.h"
#include "irgan/site.h"

namespace irgan {

struct QueryRankingOptions {
  std::size_t depth = 0;               ///< candidates a query, above 0
  bool keeps_first_stage = false;      ///< whether the search's own order is wanted
  std::shared_ptr<const Model> model;  ///< null: no other order is wanted
  std::string model_name;              ///< for messages
  RerankOptions reranking;
  unsigned num_threads = 0;  ///< 0: one a processor
};

/// What one query finds.
struct RankedQuery {
  bool any_hit = false;                      ///< of the first stage
  std::vector<RankedDocument> first_stage;   ///< if it is wanted
  std::vector<RankedDocument> of_the_model;  ///< if there is one
};

/// Calls take() with each of the queries and what it finds, one after the other in their order.
///
/// Throws:  FormatError naming a query that cannot be unserialised; Error if the model does not fit the index, or what
///          else keeps a live search from being reranked; what `take` throws
/// Threads: shared out over options.num_threads; what is found does not depend on their number
IRGAN_API void rank_queries(const Site& site, const std::vector<QueryRow>& queries, const QueryRankingOptions& options,
                            const std::function<void(const QueryRow&, RankedQuery&&)>& take);

/// Returns a function that gives the ids of a query's candidates in the model's order, the best first.
///
/// reranking: memory and vectors; the depth is the model's. name: what messages call the model
/// Requires:  `site` outlives what is returned
/// Throws:    here and there: as rank_queries()
/// Threads:   one
IRGAN_API std::function<std::vector<std::string>(const QueryRow& query)> order_of_model(
    const Site& site, const std::shared_ptr<const Model>& model, RerankOptions reranking, const std::string& name);

}  // namespace irgan
