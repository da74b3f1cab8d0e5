/// What was read of a file of judgments, and what of it is of no query.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/qrels.h"
#include "irgan/query_file.h"

namespace irgan {

/// The account of one file of judgments.
struct JudgmentReading {
  std::size_t num_lines = 0;      ///< that hold a judgment
  std::size_t num_repeated = 0;   ///< of num_lines: those that say again what an earlier one said
  std::size_t num_judgments = 0;  ///< num_lines - num_repeated
  std::size_t num_queries = 0;    ///< that have judgments
  // Where judgments were compared with queries:
  std::size_t num_unknown_queries = 0;    ///< of num_queries: those that are not among them
  std::size_t num_unknown_judgments = 0;  ///< of num_judgments: theirs
  /// By what would make them a query's judgments, such as "quotation marks"; of num_unknown_judgments.
  std::map<std::string, double> unknown_by_difference;
};

/// Returns by what difference, such as "quotation marks", how many of `ids` would be one of `known`.
IRGAN_API std::map<std::string, double> differences_of(const std::vector<std::string>& ids,
                                                       const std::vector<std::string>& known);

/// Returns the account of `qrels`, compared with `queries` by their ids.
IRGAN_API JudgmentReading judgment_reading(const Qrels& qrels, const std::vector<QueryRow>& queries);

}  // namespace irgan
