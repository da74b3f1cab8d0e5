/// From what a log or judgments say of queries to what the generator over the whole collection learns from.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "irgan/qrels.h"
#include "irgan/query_file.h"
#include "irgan/site.h"
#include "trainer/collection/folded_towers.h"
#include "trainer/evidence/query_evidence.h"

namespace irgan {

/// Returns what the clicks of each query teach: p_true(d|q) in proportion to clicks, each divided by the chance that
/// its rank is looked at, but not by less than a tenth of the first rank's.
///
/// That chance is what estimate_examination() says; where the log does not tell it, each rank's share of clicked
/// showings, as if all ranks were equally relevant. Clicks that stand on no page count once.
///
/// Queries without words that have vectors, or without clicks on documents that have, are left out.
///
/// id_of: the query that evidence is of, where a query may have several
IRGAN_API TowerLessons lessons_of_clicks(const Site& site, const CollectionVectors& vectors,
                                         const std::vector<QueryRow>& queries,
                                         const std::vector<QueryEvidence>& evidence,
                                         const std::function<std::string(const QueryEvidence&)>& id_of);

/// The same of judgments, in proportion to 2^grade - 1.
IRGAN_API TowerLessons lessons_of_judgments(const Site& site, const CollectionVectors& vectors,
                                            const std::vector<QueryRow>& queries, const Qrels& judgments);

}  // namespace irgan
