/// Reads files of queries.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"
#include "irgan/search_context.h"

namespace irgan {

/// One query as its file gives it.
struct QueryRow {
  std::string id;
  std::string text;              ///< may be empty where `serialised_query` is not
  std::string filter;            ///< boolean terms, separated by spaces
  std::string serialised_query;  ///< what Xapian::Query::unserialise() takes; empty: the text is to be parsed
  SearchContext context = {};    ///< what the search is beside its words
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
/// - context.NAME, written so: the value of the context NAME, empty if it is not known.
/// Names are the same whatever their case, and with `_` or without; columns of other names are passed over. A header
/// needs a column of words, unless it begins with qid and names a third one. Quotation marks are read as in click logs.
///
/// Left out, and told to `on_problem` in one sentence with their number: lines that visitors of a site can have made
/// unusable, which are not UTF-8, hold a zero byte, or have neither text nor query; lines of another form or without an
/// id, as long as they are no more than 1 % of all.
///
/// Throws: FormatError at path:line if more lines have another form or lack an id, if a line has an id that stands
///         already in an earlier one, or bad base64, or a context a
///         name that none may have; if no line is left. Error if the file cannot be opened.
IRGAN_API std::vector<QueryRow> read_queries(const std::string& path, const ProblemListener& on_problem = {});

}  // namespace irgan
