/// What a reading of click logs came to.
#pragma once

#include <cstdint>
#include <vector>

#include "irgan/click_row.h"

namespace irgan {

/// What a reading of click logs came to.
struct LogReading {
  std::vector<ClickLogSummary> files;  ///< in the order of the logs; with the lines that were unusable
  /// Rows with a query id that is not among the queries, which count for the query with their words.
  std::uint64_t num_in_place = 0;
};

}  // namespace irgan
