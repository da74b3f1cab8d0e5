/// The counts behind LogCensus: rows come as hashes, a block at a time.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "trainer/evidence/examination.h"
#include "trainer/evidence/log_census_result.h"
#include "trainer/machine/keyed_sums.h"

namespace irgan {

/// A row whose texts are hashes of 64 bits.
struct HashedRow {
  std::uint64_t session = 0;  ///< 0: none
  std::uint64_t query = 0;
  std::uint64_t document = 0;
  double time = 0.0;  ///< NaN: none
  double count = 1.0;
  std::int32_t rank = 0;  ///< 0: none
  bool is_impression = false;
  bool clicked = false;
  std::uint16_t words_size = 0;  ///< of the query, in the block's texts; 0: as in the row before
};

struct RowBlock {
  std::vector<HashedRow> rows;
  std::string texts;
};

/// Sums showings and clicks of a query's document at a rank, of as many as there is room for: where there is none,
/// those shown least are left out. That does not look at clicks, so it does not lead an estimate from them astray.
class PairTable {
 public:
  explicit PairTable(std::size_t max_bytes);
  void add(std::uint64_t pair, int rank, double shown, double clicks);
  /// Where add() looks first.
  const PairAtRank* first_place(std::uint64_t pair, int rank) const;
  /// By pair and rank; the table is empty after it.
  std::vector<PairAtRank> take();

 private:
  void thin_out();

  std::vector<PairAtRank> slots_;  // open addressing; rank 0: free
  std::size_t num_used_ = 0;
};

/// Counts blocks of rows.
///
/// Threads: one a thread
class LogCounter {
 public:
  explicit LogCounter(std::size_t max_bytes);
  void count(const RowBlock& block);
  LogCensusResult finish();

 private:
  struct PageRun {
    std::uint64_t session = 0;
    std::uint64_t query = 0;
    double rows = 0.0;
    double clicks = 0.0;
    bool is_sampled = true;
    bool is_shown = false;
    bool has_clash = false;
  };
  struct AtRank {
    std::uint64_t run = 0;  ///< in which it was seen
    std::uint64_t document = 0;
  };

  void begin_run(const HashedRow& row);
  void end_run();
  void count_rank(const HashedRow& row);
  void look_for_clash(const HashedRow& row);
  void finish_sessions();
  void finish_queries();
  void finish_ranks();

  LogCensusResult result_;
  PageRun run_;
  std::uint64_t num_runs_ = 0;
  std::vector<AtRank> at_rank_;  // from rank 1
  KeyedSums sessions_;           // rows, clicks
  KeyedSums queries_;            // rows, clicks
  KeyedSums documents_;          // clicks
  PairTable pairs_;
  std::vector<std::uint64_t> recent_rows_;  // hashes, each at its own place
  std::unordered_map<std::uint64_t, std::string> words_;
  std::size_t words_bytes_ = 0;
  std::uint64_t num_sampled_ = 0;  // rows
};

}  // namespace irgan
