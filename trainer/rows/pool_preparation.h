/// From queries, and what is known of their documents, to pools of feature rows with examples.
#pragma once

#include <xapian.h>

#include <functional>
#include <string>
#include <vector>

#include "irgan/pool_losses.h"
#include "irgan/qrels.h"
#include "irgan/site.h"
#include "irgan/training_data.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/earlier_clicks.h"
#include "trainer/site/first_stage.h"

namespace irgan {

class PartIndexes;

struct PoolOptions {
  std::size_t depth = 100;  ///< candidates a query
  unsigned num_threads = 1;
  /// Documents outside the pools that join them, if the index and the filters allow; by in_part(id, part) where there
  /// are parts.
  const AddedDocuments* added = nullptr;
  std::function<void(double share_done)> on_progress = [](double) {};
  /// Where features from clicks are read: those of an example whose query id is in_part(id, part) from that part's
  /// index. Nothing: from the site's own index.
  const PartIndexes* parts = nullptr;
};

/// Looks up the candidates of each query that `judgments` knows, and their features. Pools come in the order of
/// `queries`.
///
/// Requires: the ids of `queries` differ
/// Threads:  shared out over options.num_threads; the result does not depend on their number
/// Throws:   Error if the index is empty or no query has candidates
IRGAN_API TrainingData prepare_pools(const Site& site, const FeatureSchema& schema,
                                     const std::vector<QueryRow>& queries, const Qrels& judgments,
                                     const PoolOptions& options, PoolLosses& losses);

/// The same with clicks as labels: one example a result page where the log says what was shown, else one a query; with
/// options.parts one a part that it was clicked in, each with a pool of its own, since their features differ.
///
/// clicks: empty after it
/// Cost:   memory for the result, and for what the log says of some hundred queries
IRGAN_API TrainingData prepare_pools(const Site& site, const FeatureSchema& schema,
                                     const std::vector<QueryRow>& queries, ClickAggregator& clicks,
                                     const PoolOptions& options, PoolLosses& losses);

}  // namespace irgan
