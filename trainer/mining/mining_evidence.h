/// What a click log or judgments say of each query's documents, as mining needs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "trainer/evidence/click_pages.h"
#include "trainer/labels/relevance_evidence.h"
#include "trainer/measures/qrels.h"

namespace irgan {

/// One document that the log or the judgments know for a query.
struct KnownDocument {
  std::string id;
  double clicks = 0.0;                 ///< or the grade; above 0: a positive, if nothing speaks against it
  double skipped = 0.0;                ///< showings above a click without one of its own
  std::vector<ShowingCount> showings;  ///< by rank
};

struct MiningEvidence {
  bool has_impressions = false;
  std::size_t most_positives = 0;                              ///< of any query
  std::map<std::string, std::vector<KnownDocument>> by_query;  ///< documents by id
};

/// Adds what a log says of one query.
///
/// Requires: the query is new to `evidence`
void add(const QueryEvidence& query, MiningEvidence& evidence);

MiningEvidence mining_evidence(const Qrels& judgments);

}  // namespace irgan
