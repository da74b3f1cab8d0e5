/// Reads relevance judgments in TREC's form: query id, iteration (ignored), document id, label.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The labels of one query by document id; a document that is not here is unjudged.
using Judgments = std::unordered_map<std::string, int>;

/// All judgments of a file; a query that is here has at least one.
struct Qrels {
  std::map<std::string, Judgments> by_query;
  std::size_t num_lines = 0;  ///< of the file that hold a judgment, repeated ones too
};

/// Returns the judgments in the file `path`. Blank lines are passed over; a line that repeats a judgment is allowed.
///
/// Throws: FormatError with path and line if a line has not four columns, its label is no integer, or a document has
///         another label in an earlier line; FormatError with the path if there is no judgment at all
IRGAN_API Qrels read_qrels(const std::string& path);

/// Splits a line of a TREC file, qrels or run, at its spaces and tabs. The views live as long as the line.
IRGAN_API std::vector<std::string_view> trec_columns(std::string_view line);

}  // namespace irgan
