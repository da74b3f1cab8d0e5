/// Reads and writes rankings in TREC's form: query id, Q0, document id, rank, score, tag.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// A document in a ranking; the score is comparable within its query only.
struct RankedDocument {
  std::string document_id;
  double score;
};

/// The rankings of a file, best document first, and the tag of its first line.
struct Run {
  std::string tag;
  std::map<std::string, std::vector<RankedDocument>> by_query;
};

/// Returns the rankings in the file `path`, in the order in which trec_eval sees them: by score as float32, the highest
/// first, and equal scores by document id, the largest first. The rank column and the order of lines do not count.
///
/// Source: trec_eval 9, form_res_rels.c; its version 10 compares scores as doubles, which differs only where two scores
///         of a query are the same float. What a RunWriter wrote has one order for both.
/// Throws: FormatError with path and line if a line has not six columns, its score is no number, or a document stands
///         in a query twice; FormatError with the path if the file is empty
IRGAN_API Run read_run(const std::string& path);

/// Writes rankings so that every reader of runs finds them in the order that was given.
///
/// Threads: one writer a stream.
class IRGAN_API RunWriter {
 public:
  /// Requires: `out` outlives the writer
  /// Throws:   Error if the tag is empty or has white space in it
  RunWriter(std::ostream& out, std::string tag);

  /// Writes the lines of one query. Scores are written as float32; one that is not below the score before it is lowered
  /// to the next float below that, so that neither ties nor rounding change the order.
  ///
  /// Throws: Error, naming the query, if a score is NaN or beyond float32, or if an id is empty or has white space in
  ///         it; nothing of the query is written then
  void write(const std::string& query_id, const std::vector<RankedDocument>& best_first);

 private:
  std::ostream& out_;
  std::string tag_;
};

}  // namespace irgan
