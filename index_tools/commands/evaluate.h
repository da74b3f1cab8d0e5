/// The command `evaluate`: how good rankings are, and whether one is better than another.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "index_tools/options/option_table.h"
#include "irgan/errors.h"
#include "trainer/log/click_row.h"

namespace irgan {

/// What `evaluate` is told on the command line.
struct EvaluateOptions {
  std::string qrels;
  /// Run files; every further one is compared with the first.
  std::vector<std::string> runs;
  /// LETOR 4.0's measures instead of trec_eval's.
  bool letor = false;
  /// The lowest label of a relevant document, for the measures that know no grades; LETOR's is always 1.
  int relevance_level = 1;
  /// A line "run <TAB> query <TAB> measure <TAB> value" for each value instead of the table of means.
  bool per_query = false;
  /// By name; empty stands for the usual ones.
  ///
  /// trec_eval's: ndcg, ndcg@K, map, mrr, p@K, recall@K;  LETOR's: ndcg@K, mean_ndcg, map
  std::vector<std::string> measures;
  /// Of the paired randomisation test.
  std::uint64_t seed = 1;
  /// Click logs of interleaved pages instead of judgments and runs, and how they are read.
  std::vector<std::string> interleaved;
  ClickLogOptions reading;
};

void add_options(EvaluateOptions& options, OptionTable& table);

/// Writes a table of means, a row a run and a column a measure; with two or more runs a second table of each run's
/// differences to the first with their p-values; then notes on queries that were missing, unjudged or without a
/// relevant document.
///
/// A mean is over all judged queries, as trec_eval -c takes it: a query that the run does not have counts 0, and one
/// without a relevant document stays in (0 in every measure but nDCG, which knows no level). A run's name is the last
/// part of its path, or the whole path where two runs share it.
///
/// With `interleaved`, writes instead which of two rankings the clicks prefer, with a sign test.
///
/// Throws: ConfigError for a measure or a level that does not exist, or without runs; FormatError for a bad file; Error
///         if none of a run's queries is judged
void run(const EvaluateOptions& options, std::ostream& out);

}  // namespace irgan
