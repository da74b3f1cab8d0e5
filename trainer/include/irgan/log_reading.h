/// What a reading of click logs came to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "irgan/click_row.h"

namespace irgan {

/// What a reading of click logs came to.
struct LogReading {
  std::vector<ClickLogSummary> files;  ///< in the order of the logs; with the lines that were unusable
  /// Rows with a query id that is not among the queries, which count for the query with their words.
  std::uint64_t num_in_place = 0;

  double num_clicks = 0;  ///< of the rows, weighted by their counts
  // Where rows were compared with queries:
  std::uint64_t num_unknown_rows = 0;  ///< whose query is none of them
  double num_unknown_clicks = 0;       ///< of num_clicks: theirs
  /// By what would make them a query's clicks, such as "quotation marks"; of num_unknown_clicks.
  std::map<std::string, double> unknown_by_difference;
};

}  // namespace irgan
