/// The rows of a LETOR file, put together into lists of candidates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "trainer/row_files/letor_line.h"

namespace irgan {

struct LetorRow {
  LetorLine line;
  std::uint64_t number = 0;  ///< of the line in its file
};

/// The rows of one query, or of one result page of it.
struct LetorList {
  std::string query_id;
  std::vector<LetorLine> lines;
};

struct LetorListRules {
  std::string path;             ///< for messages
  bool has_pages = false;       ///< rows are of result pages, so that a list holds a rank once
  bool is_foreign = false;      ///< a query has one list, or the same one several times
  int first_stage_feature = 0;  ///< by which rows that were put together are ordered, the highest first; 0: none
};

struct LetorLists {
  std::vector<LetorList> lists;  ///< by their first rows
  std::size_t num_gathered = 0;  ///< queries whose rows did not stand together, and were put together
};

/// Puts rows together. Neighbours of one query are a list; a document that the list already holds begins the next one.
/// Where a query has several lists:
///
/// - its documents stand once each: the rows were shuffled or sorted by something else. They are one list, with the
///   documents that the first stage did not find last.
/// - some document stands in every list: they are pages of the query, or foreign lists of the same documents.
/// - anything else cannot be told apart, and is refused.
///
/// Throws: FormatError with the line of a document that stands a second time
LetorLists lists_of(std::vector<LetorRow> rows, const LetorListRules& rules);

}  // namespace irgan
