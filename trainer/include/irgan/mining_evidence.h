/// What a click log or judgments say of each query's documents, as mining needs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/qrels.h"
#include "irgan/query_file.h"
#include "irgan/showing_count.h"

namespace irgan {

/// One document that the log or the judgments know for a query.
struct KnownDocument {
  std::string id;
  double clicks = 0.0;                 ///< or the grade; above 0: a positive, if nothing speaks against it
  double skipped = 0.0;                ///< showings above a click without one of its own
  std::vector<ShowingCount> showings;  ///< by rank
};

struct IRGAN_API MiningEvidence {
  /// Adds what is known of one query's documents, by their ids.
  ///
  /// Requires: the query is new
  void add(const std::string& query_id, std::map<std::string, KnownDocument> by_id);

  std::vector<QueryRow> queries;                               ///< what is mined, in this order
  bool has_impressions = false;                                ///< of any query, known or not
  std::size_t most_positives = 0;                              ///< of any query
  std::size_t num_sharing = 0;                                 ///< queries that share_positives() gave positives
  std::map<std::string, std::vector<KnownDocument>> by_query;  ///< documents by id
};

/// Makes the positives of each query those of all queries with the same words, whatever their case and spacing: a row
/// shows the words alone, and what is right for them under one id cannot be wrong under another.
IRGAN_API void share_positives(MiningEvidence& evidence);

/// Returns the documents judged above 0 as the queries' positives.
IRGAN_API MiningEvidence mining_evidence(std::vector<QueryRow> queries, const Qrels& judgments);

}  // namespace irgan
