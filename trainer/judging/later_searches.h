/// The searches of a log, kept row by row for a bootstrap over sessions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "irgan/click_row.h"
#include "trainer/evidence/examination.h"

namespace irgan {

/// What was shown and clicked, in numbers instead of names.
///
/// Threads: one
/// Cost:    some 16 bytes a row, and a table of pairs of query and document
class LaterSearches {
 public:
  struct Row {
    std::uint32_t session;
    std::uint32_t cell;  ///< into cells(): pair and rank
    float count;
    float clicks;
  };
  struct Search {
    std::uint32_t session;
    std::uint32_t query;
  };
  /// The first document of a page that was drawn.
  struct Drawn {
    std::uint32_t session;
    std::uint32_t query;
    std::uint32_t pair;
    double chance;
    double clicks;
  };

  /// query: number of the row's query
  void add(const ClickRow& row, std::uint32_t query);
  /// Puts the cells of a pair beside each other. Once, after the last row.
  void sort_cells();

  /// Returns a number below num_pairs(), or kNoPair if the log does not have the document for the query.
  static constexpr std::uint32_t kNoPair = 0xffffffff;
  std::uint32_t pair_of(std::uint32_t query, const std::string& document) const;

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Search>& searches() const { return searches_; }
  const std::vector<Drawn>& drawn() const { return drawn_; }
  /// Pair and rank of each cell, without counts.
  const std::vector<PairAtRank>& cells() const { return cells_; }
  std::size_t num_pairs() const { return pairs_.size(); }
  std::size_t num_sessions() const { return sessions_.size(); }
  int last_rank() const { return last_rank_; }
  bool has_impressions() const { return has_impressions_; }

 private:
  std::uint32_t session_of(std::string_view name);
  bool begins_page(std::uint64_t search, int rank);

  std::vector<Row> rows_;
  std::vector<Search> searches_;
  std::vector<Drawn> drawn_;
  std::vector<PairAtRank> cells_;
  std::unordered_map<std::uint64_t, std::uint32_t> sessions_;  // number by hash
  std::unordered_map<std::uint64_t, std::uint32_t> pairs_;     // the same of query and document
  std::unordered_map<std::uint64_t, std::uint32_t> cell_of_;   // of pair and rank
  std::unordered_map<std::uint64_t, int> last_rank_of_;        // of session and query
  int last_rank_ = 0;
  bool has_impressions_ = false;
};

}  // namespace irgan
