/// From queries, and what is known of their documents, to pools of feature rows with examples.
#pragma once

#include <xapian.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "irgan/pool_losses.h"
#include "irgan/qrels.h"
#include "irgan/site.h"
#include "irgan/training_data.h"
#include "trainer/collection/folded_towers.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/earlier_clicks.h"
#include "trainer/site/first_stage.h"

namespace irgan {

class PartIndexes;

/// The generator over the whole collection, which puts its picks beside the first stage's candidates.
struct CollectionPicks {
  std::shared_ptr<const CollectionVectors> vectors;
  const FoldedTowers& towers;
  const TowerLessons& lessons;  ///< what examples over whole pools learn, beside pages; none of other queries
  std::size_t count = 100;      ///< documents a query
  std::size_t num_random = 60;  ///< documents drawn from the whole collection, against which clicks teach, too
  std::uint64_t seed = 1;       ///< of those draws
};

struct PoolOptions {
  std::size_t depth = 100;  ///< candidates a query
  unsigned num_threads = 1;
  std::size_t first_query = 0;  ///< of `queries`: pools are made of those from it on
  std::size_t end_query = std::numeric_limits<std::size_t>::max();  ///< up to this one, which is left out
  /// Documents outside the pools that join them, if the index and the filters allow; by the ids of the
  /// evidence.
  const AddedDocuments* added = nullptr;
  std::function<void(double share_done)> on_progress = [](double) {};
  /// Where features from clicks are read: those of an example whose query id is in_part(id, part) from that part's
  /// index. Nothing: from the site's own index.
  const PartIndexes* parts = nullptr;
  /// What is known of the searches of each group: then all query ids are in_group(id, group), or in_part() of that, and
  /// each group has a pool and examples of its own. Nothing: there are no groups, and nothing is known.
  const std::vector<SearchContext>* groups = nullptr;
  /// Then pools hold its picks and all that was shown, and pages come with one more example of their query over the
  /// whole pool (Example::is_of_page()).
  const CollectionPicks* picks = nullptr;
  /// Called with all that the log says, before the first pool is made: what `picks` refers to may be learnt then.
  std::function<void(const std::vector<QueryEvidence>&)> before_pools;
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
