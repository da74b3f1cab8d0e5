/// Reads files of queries.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// One query as its file gives it.
struct QueryRow {
  std::string id;
  std::string text;              ///< may be empty where `serialised_query` is not
  std::string filter;            ///< boolean terms, separated by spaces
  std::string serialised_query;  ///< what Xapian::Query::unserialise() takes; empty: the text is to be parsed
};

/// Returns the queries of `path` ("-": standard input) in the order of the file. Blank lines are passed over.
///
/// A line is `qid<TAB>text`, Letor's `qid 'text'`, or the CSV `qid,text` of Omega's postprocess. Where the first line
/// is a header that begins with `qid<TAB>`, lines hold the columns that it names: query_text (or text), filter, query
/// (a serialised query, base64); there must be query_text or query, and columns of other names are passed over.
///
/// Throws: FormatError at path:line if a line has another form, is not UTF-8, lacks an id or both text and query, has
///         an id that stands already in an earlier line, or bad base64; if the file has no query. Error if it cannot be
///         opened.
IRGAN_API std::vector<QueryRow> read_queries(const std::string& path);

}  // namespace irgan
