/// What a click log holds, in figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace irgan {

/// What was counted. Numbers of rows, clicks and showings are weighted by the rows' counts.
struct LogCensusResult {
  struct Rank {
    double shown = 0.0;
    double clicks = 0.0;
    double examination = 0.0;  ///< that of rank 1 is 1; NaN: not known
  };
  struct HeadQuery {
    std::string words;  ///< empty if not kept
    double rows = 0.0;
    double clicks = 0.0;
  };

  std::uint64_t num_rows = 0;
  double num_clicks = 0.0;
  double num_impressions = 0.0;

  std::optional<double> first_time;  ///< seconds since 1970 UTC
  std::optional<double> last_time;
  std::uint64_t num_undated = 0;

  std::uint64_t num_sessions = 0;
  std::uint64_t num_without_session = 0;  ///< rows
  double median_session = 0.0;            ///< rows
  double large_session = 0.0;             ///< 99 of 100 have no more rows
  double largest_session = 0.0;
  double unlikely_session = 0.0;  ///< rows from which on a session is none of a person: see kUnlikely in the source
  std::uint64_t num_unlikely_sessions = 0;
  double unlikely_rows = 0.0;
  double unlikely_clicks = 0.0;

  std::uint64_t num_queries = 0;
  std::uint64_t num_clicked_queries = 0;
  std::uint64_t num_often_clicked_queries = 0;  ///< ten times or more
  double top_10_share = 0.0;                    ///< of the rows
  double top_100_share = 0.0;
  double gini = 0.0;             ///< of the rows by query: 0 if all are as frequent, near 1 if a few have all
  std::vector<HeadQuery> heads;  ///< the most frequent five

  std::uint64_t num_clicked_documents = 0;
  std::uint64_t num_duplicates = 0;  ///< rows that equal one of the last half million or so in all they say

  std::uint64_t num_pages = 0;      ///< rows of one session and query that follow each other, of what was shown
  double num_pages_with_clash = 0;  ///< of them, that show two documents at one rank

  std::vector<Rank> ranks;              ///< from rank 1 to at most 50
  std::size_t num_telling_pairs = 0;    ///< that examination is estimated from
  bool is_examination_sampled = false;  ///< from a part of the pages
};

}  // namespace irgan
