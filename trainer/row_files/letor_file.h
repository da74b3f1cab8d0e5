/// Feature rows as text: LETOR / SVMlight lines with qid:.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "irgan/training_data.h"

namespace irgan {

/// Writes `data`:
///
///   # xapian-irgan features {"schema": ..., "labels": ..., "depth": ..., "index": ..., "origin": ...}
///   LABEL qid:QUERY 1:VALUE 2:VALUE ... # docid = ID rank = R shown = N last = L
///
/// A line a candidate; a missing value is left out; rank only where the document was shown, and how often, where
/// that is known; last is in how many views its click was the lowest, where any was. A query with several
/// result pages has all its candidates once for each page. In ids white space, # and % stand as %20 and the like.
/// Numbers read back to the same bits.
IRGAN_API void write_letor(const TrainingData& data, std::ostream& out);

struct LetorOptions {
  /// What the labels of a file without our first line are; "": grades if all are whole numbers up to 4, else clicks.
  std::string labels;
  /// Whether the ids of documents matter to the caller: then a remark says where there are none.
  bool needs_ids = false;
  /// Hears, for people, what a file was taken for where that may not be what was meant.
  std::function<void(const std::string& remark)> on_remark = [](const std::string&) {};
};

/// Reads one or several files of one form into one data set.
///
/// The rows of a query are put together as lists_of() says. Our first line may stand anywhere in a file.
///
/// In a file without our first line a feature that a row leaves out is 0, as SVMlight has it, and columns are named
/// "1", "2", ... An id is what the comment calls docid ("#docid = X", "#docid=X", "# docid: X"), doc_id, docno or
/// document_id; else the comment's first word, if all rows have one and no query has it twice; else the row's number in
/// its list. Rows with ranks and counts of showings are ours, without their first line: clicks on result pages, in
/// which a feature that is left out is missing.
///
/// Files whose splits, or examinations that clicks were corrected by, are not the same have none in the result's
/// origin.
///
/// Throws: FormatError at path:line for a bad line, a number that is not finite, rows that cannot be put together, or
///         files of different features, kinds of labels, click models or half-lives, whose labels do not say the same
IRGAN_API TrainingData read_letor(const std::vector<std::string>& paths, const LetorOptions& options = {});

}  // namespace irgan
