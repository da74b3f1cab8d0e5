/// How good the rankings of run files are by the judgments of a qrels file, query by query.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

struct EvaluationOptions {
  std::string qrels;              ///< file of judgments
  std::vector<std::string> runs;  ///< run files; further ones are compared with the first
  bool letor = false;             ///< LETOR 4.0's measures instead of trec_eval's
  /// The lowest label of a relevant document, for the measures that know no grades; LETOR's is always 1.
  int relevance_level = 1;
  /// By name; empty stands for the usual ones.
  ///
  /// trec_eval's: ndcg, ndcg@K, map, mrr, p@K, recall@K;  LETOR's: ndcg@K, mean_ndcg, map
  std::vector<std::string> measures;
};

/// What one run comes to.
struct IRGAN_API EvaluatedRun {
  std::string name;                         ///< the last part of its path; the whole path where two runs share that
  std::vector<std::vector<double>> values;  ///< a row a measure, a column a judged query
  std::size_t num_missing = 0;              ///< judged queries that the run does not have: all measures are 0
  std::vector<std::string> unjudged;        ///< ids of the run's queries without judgments, which are left out

  double mean(std::size_t measure) const;
};

struct Evaluation {
  std::vector<std::string> measures;  ///< names
  std::vector<std::string> queries;   ///< ids of all judged queries, over which means are taken
  std::size_t num_hopeless = 0;       ///< judged queries without a relevant document
  std::size_t num_judgments = 0;      ///< that were read
  std::size_t num_repeated = 0;       ///< lines that say again what an earlier one said
  std::vector<EvaluatedRun> runs;
};

/// Reads judgments and runs, and measures every judged query of each run.
///
/// A mean is over all judged queries, as trec_eval -c takes it: a query that the run does not have counts 0, and one
/// without a relevant document stays in (0 in every measure but nDCG, which knows no level).
///
/// Throws: ConfigError without runs, for a measure that does not exist, or a level that does not or that LETOR's
///         measures do not know; FormatError for a bad file; Error if none of a run's queries is judged
IRGAN_API Evaluation evaluate(const EvaluationOptions& options);

/// How far one run is from another, and whether that may be luck.
struct RunDifference {
  double difference = 0.0;  ///< of the means
  double p = 1.0;           ///< of the paired randomisation test
};

/// Returns by how much `run` is better than `base` in one measure.
///
/// seed: of the test
IRGAN_API RunDifference difference_of(const EvaluatedRun& run, const EvaluatedRun& base, std::size_t measure,
                                      std::uint64_t seed);

}  // namespace irgan
