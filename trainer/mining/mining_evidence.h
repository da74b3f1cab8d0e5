/// What a click log or judgments say of each query's documents, as mining needs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/evidence.h"
#include "irgan/query_file.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/labels/relevance_evidence.h"
#include "trainer/measures/qrels.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {

/// One document that the log or the judgments know for a query.
struct KnownDocument {
  std::string id;
  double clicks = 0.0;                 ///< or the grade; above 0: a positive, if nothing speaks against it
  double skipped = 0.0;                ///< showings above a click without one of its own
  std::vector<ShowingCount> showings;  ///< by rank
};

struct MiningEvidence {
  std::vector<QueryRow> queries;                               ///< what is mined, in this order
  bool has_impressions = false;                                ///< of any query, known or not
  std::size_t most_positives = 0;                              ///< of any query
  std::map<std::string, std::vector<KnownDocument>> by_query;  ///< documents by id
};

/// Adds what a log says of one query.
///
/// Requires: the query is new to `evidence`
IRGAN_API void add(const QueryEvidence& query, MiningEvidence& evidence);

/// Returns what the evidence says of its queries.
///
/// reading: becomes what was read of click logs
/// Throws:  as read_clicks() and read_qrels()
IRGAN_API MiningEvidence mining_evidence(const Evidence& evidence, LogReading& reading);

/// Returns the documents judged above 0 as the queries' positives.
IRGAN_API MiningEvidence mining_evidence(std::vector<QueryRow> queries, const Qrels& judgments);

}  // namespace irgan
