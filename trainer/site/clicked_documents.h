/// Which of a log's clicks an index and its searches can account for.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "trainer/site/first_stage.h"

namespace irgan {

struct ClickedDocumentsResult {
  double num_clicks = 0.0;
  double num_known = 0.0;            ///< clicks on documents that the index has
  std::vector<std::string> unknown;  ///< some ids that it does not have
  double num_spelt_otherwise = 0.0;  ///< clicks on unknown ids that the index has without ".0" or blanks at the ends
  std::string spelt_otherwise;       ///< the first of these, as the log has it
  double num_searched_clicks = 0.0;  ///< clicks of the queries below, on documents that the index has
  double num_found = 0.0;            ///< of those: on one of the first `depth` hits
  double num_top_clicks = 0.0;       ///< of the searched clicks, those at ranks 1 to 10
  double num_top_found = 0.0;        ///< of those: on one of the first ten hits
  std::uint64_t num_searched_queries = 0;
  bool is_sampled = false;  ///< there were more queries
};

/// Looks up clicked documents, and searches for the queries of a query file.
///
/// Threads: one a thread
/// Cost:    one look into the index for each clicked document, one search for each of at most 4,000 clicked queries
class ClickedDocuments {
 public:
  /// queries: may be empty; then nothing is searched for
  ClickedDocuments(const Xapian::Database& db, const IndexLayout& layout, const std::vector<QueryRow>& queries,
                   Xapian::Query::op default_op);

  /// Requires: the row is a click
  void add(const ClickRow& row, const std::string& query_id);

  ClickedDocumentsResult finish(Xapian::doccount depth);

 private:
  struct Known {
    std::uint64_t hash = 0;
    Xapian::docid docid = 0;
    bool is_spelt_otherwise = false;
  };

  struct Clicks {
    double all = 0.0;
    double top = 0.0;  // at ranks 1 to 10
  };

  const Known& look_up(std::string_view id);
  void thin_out();

  DocumentIds ids_;
  FirstStage first_stage_;
  std::vector<Known> known_;  // looked up last, each at its own place
  std::unordered_map<std::string, const QueryRow*> queries_;
  std::unordered_map<std::string, std::unordered_map<Xapian::docid, Clicks>> clicks_;  // by query id
  std::uint64_t sample_ = 1;  // one query of so many, by its hash
  ClickedDocumentsResult result_;
};

}  // namespace irgan
