/// The queries that a click log itself has, where no file of queries is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/query_file.h"

namespace irgan {

struct LogQueryOptions {
  std::size_t max_queries = 100000;  ///< the most frequent
  bool only_clicked = true;          ///< leave out queries without a click, from which nothing is learnt
};

/// What a log's rows ask for.
struct LogQueries {
  struct Use {
    double rows = 0.0;  ///< weighted by their counts
    double clicks = 0.0;
  };
  std::vector<QueryRow> queries;        ///< the most frequent first; of equally frequent ones by their words
  std::vector<Use> uses;                ///< of each of `queries`
  std::size_t num_distinct = 0;         ///< in the log
  std::size_t num_unclicked = 0;        ///< of them, without a click
  std::size_t num_rare = 0;             ///< left out since max_queries are more frequent
  std::uint64_t num_without_words = 0;  ///< rows that have a query's id alone
};

/// Reads the queries of click logs: rows with the same words (query_words_key) are of one query, whatever their ids.
///
/// A query's id is made of its words alone, so that it is the same in other logs. Its text, and its serialised query
/// where the log has such a column, are those of its first row.
///
/// Throws: Error if no row has words; FormatError if a serialised query is no base64; what reading the log throws, but
///         unusable lines, however many, are no error here
/// Cost:   one reading; memory by distinct queries
IRGAN_API LogQueries queries_of_log(const std::vector<std::string>& clicks, const ClickLogOptions& reading,
                                    const LogQueryOptions& options = {});

/// Returns the id of a query with these words in LogQueries.
IRGAN_API std::string log_query_id(std::string_view words);

/// Writes a file that read_queries() reads.
IRGAN_API void write_queries(const std::vector<QueryRow>& queries, std::ostream& out);

}  // namespace irgan
