/// Reads what click logs say of each query's documents.
#pragma once

#include "irgan/evidence.h"
#include "irgan/judgment_reading.h"
#include "irgan/mining_evidence.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/rows/evidence_reader.h"

namespace irgan {

/// Adds what a log says of one query.
///
/// Requires: the query is new to `evidence`
IRGAN_API void add(const QueryEvidence& query, MiningEvidence& evidence);

/// Returns what the evidence says of its queries.
///
/// reading:   becomes what was read of click logs
/// judgments: becomes what was read of judgments, if there are any
/// Throws:    as read_clicks() and read_qrels()
IRGAN_API MiningEvidence mining_evidence(const Evidence& evidence, LogReading& reading,
                                         std::optional<JudgmentReading>& judgments);

}  // namespace irgan
