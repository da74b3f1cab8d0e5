/// The page of a search in a new order, as a genuine MSet.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "irgan/reranked_page.h"
#include "plugin/src/order/rescoring_source.h"

namespace irgan {

/// Bounds on a number of documents.
struct NewDocuments {
  Xapian::doccount least = 0;
  Xapian::doccount most = 0;
};

/// The candidates of a search in their new order.
struct Ranking {
  std::vector<RankedHit> hits;
  std::size_t pool_size = 0;  ///< how many of them the first stage found, as its first hits
  NewDocuments num_new;       ///< how many of them the query does not find
};

/// Returns weights that bring the ranking's hits to the front in its order and leave the rest of `mset` behind it in
/// the old one.
///
/// Requires: the pool are the first hits of `mset`, a search of `db`
std::shared_ptr<const RescoringPlan> plan_of(const Ranking& ranking, const Xapian::MSet& mset,
                                             const Xapian::Database& db);

/// Returns the page from `first` on in the plan's order. The terms of `original` stay in it, for snippets and matching
/// terms.
Xapian::MSet rescored_page(const Xapian::Database& db, const Xapian::Query& original,
                           std::shared_ptr<const RescoringPlan> plan, Xapian::doccount first,
                           Xapian::doccount maxitems);

}  // namespace irgan
