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
/// is a header, lines hold the columns that it names, with tabs, commas or semicolons between them:
/// - the first is the id: qid, query_id, id, topic or topic_id;
/// - query_text, text, words, keywords, search_term or title: the words;
/// - filter: boolean terms;
/// - query: a serialised query in base64, or the words where no other column has them and one is no
///   base64, or all are of small letters alone.
/// Names are the same whatever their case, and with `_` or without; columns of other names are passed over. A header
/// that begins with anything but qid needs a column of words. Quotation marks are read as in click logs.
///
/// Throws: FormatError at path:line if a line has another form, is not UTF-8, lacks an id or both text and query, has
///         an id that stands already in an earlier line, or bad base64; if the file has no query. Error if it cannot be
///         opened.
IRGAN_API std::vector<QueryRow> read_queries(const std::string& path);

}  // namespace irgan
