/// Mining reports as JSON: for other programs, and to go on after an interruption.
#pragma once

#include <nlohmann/json.hpp>

#include "irgan/mining_report.h"
#include "trainer/negatives/score_summary_json.h"

namespace irgan {

/// All that is needed to go on after an interruption.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MiningReport, num_queries, num_mined, num_rows, num_positives, num_unknown_positives,
                                   num_negatives, num_padded, num_outside, num_missing, num_short, num_below,
                                   num_textless, skipped, excluded, excluded_where_short, negatives_by_source,
                                   positive_scores, negative_scores, difference_scores, relevance)

/// Returns the report for other programs.
IRGAN_API nlohmann::json figures_of(const MiningReport& report);

}  // namespace irgan
