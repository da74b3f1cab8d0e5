/// The page of a rescored search where shards live behind servers, to which no posting source of ours travels.
#pragma once

#include <xapian.h>

#include "plugin/src/features/remote_index.h"
#include "plugin/src/order/rescoring_source.h"

namespace irgan {

/// Returns the page from `first` on in the plan's order, as a genuine MSet.
///
/// The query is AND_MAYBE(0 * original, OP_MAX of FILTER(fixed weight, id term) over the plan's documents): what
/// matches, and so the counts, is what the original query finds. Where some of the documents are not found by it, OR
/// stands in the place of AND_MAYBE. Bounds on their number are Xapian's for that query,
/// not always as tight as those of the first pass; a number of up to 1,000 that it knew exactly stays exact. The id
/// terms stand as wildcards that expand to one term, since those are not among a query's matching terms.
///
/// finds_all: whether the original query finds all documents of the plan
/// Requires:  the plan's documents are candidates of `index`
/// Throws:    Error if the servers answer in another order; Xapian::NetworkError
/// Cost:      a search, two or three where Xapian answers wrongly at first (one query in forty); the original query is
///            matched in each, without weights
Xapian::MSet remote_page(const Xapian::Database& db, const Xapian::Query& original, const RescoringPlan& plan,
                         const RemoteIndex& index, bool finds_all, Xapian::doccount first, Xapian::doccount maxitems);

}  // namespace irgan
