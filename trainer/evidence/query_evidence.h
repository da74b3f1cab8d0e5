/// What the rows of a log come to: result pages with their clicks, and clicks alone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace irgan {

/// One document of a result page.
struct ShownDocument {
  std::string document_id;
  int rank = 0;            ///< 1-based
  double clicks = 0;       ///< weighted by the rows' counts, and decayed
  double shown = 0;        ///< how often it was shown here, weighted by the rows' counts, not decayed
  double last_clicks = 0;  ///< in how many views of the page no click was lower, not decayed; of rows that count once
};

/// A distinct result page: the same query, the same documents at the same ranks.
struct Page {
  std::string query_id;
  std::vector<ShownDocument> documents;  ///< by rank
};

/// What the rows of one query come to.
struct QueryEvidence {
  std::string query_id;
  std::vector<Page> pages;  ///< by first appearance
  std::map<std::string, double>
      clicks;  ///< by document; every click, on pages too, weighted by the rows' counts, and decayed
  std::size_t num_unclicked_pages = 0;
};

/// What all rows come to.
struct ClickTotals {
  bool has_impressions = false;         ///< of any query
  double half_life_days = 0;            ///< that was applied; 0 too where no row has a time
  double num_clicks = 0;                ///< weighted by count, not decayed
  double num_impressions = 0;           ///< weighted by count
  std::size_t num_unclicked_pages = 0;  ///< distinct ones, of known queries
  std::size_t num_unknown_queries = 0;  ///< distinct ones with a click or an impression
  double num_unknown_clicks = 0;        ///< of num_clicks: theirs
  std::size_t num_undated_rows = 0;     ///< without a time: as old as the last dated one before, or the first dated one
  std::optional<double> newest_time;    ///< seconds since 1970 UTC
};

}  // namespace irgan
