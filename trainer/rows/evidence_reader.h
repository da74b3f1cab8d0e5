/// Reads the click logs of evidence, and says what was unusable in them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "irgan/context_count.h"
#include "irgan/evidence.h"
#include "irgan/log_reading.h"
#include "trainer/evidence/click_pages.h"
#include "trainer/queries/query_resolver.h"

namespace irgan {

using EachClick = std::function<void(const ClickRow& row, const std::string& query_id)>;

/// Reads click logs, a row after the other.
///
/// Throws: as ClickLogReader, here and below
LogReading read_rows(const std::vector<std::string>& clicks, const ClickLogOptions& log_options, const EachRow& each);

/// The same for a reading before the one that counts: unusable lines, however many, are no error and are written
/// nowhere.
void read_ahead(const std::vector<std::string>& clicks, const ClickLogOptions& log_options, const EachRow& each);

/// Counts the clicks of log_options.contexts by a reading before the one that counts.
std::vector<ContextCount> count_contexts(const std::vector<std::string>& clicks, const ClickLogOptions& log_options);

/// Reads the evidence's click logs, each row with the id of its query.
///
/// queries: of the evidence; by default evidence.queries
LogReading for_each_click(const std::vector<std::string>& clicks, const ClickLogOptions& log_options,
                          const QueryResolver& queries, const EachClick& each);
LogReading for_each_click(const Evidence& evidence, const QueryResolver& queries, const EachClick& each);
LogReading for_each_click(const Evidence& evidence, const EachClick& each);

/// Reads the evidence's click logs and calls `each` for every one of evidence.queries that they have, in the order of
/// the ids. A row without a known query id counts for the query with its words.
///
/// half_life_days: as ClickModelOptions has it
/// reading:        becomes what was read
ClickTotals read_clicks(const Evidence& evidence, std::optional<double> half_life_days,
                        const std::function<void(QueryEvidence&&)>& each, LogReading& reading);

}  // namespace irgan
