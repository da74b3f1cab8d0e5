/// What mining gave, what it left out, and which option to loosen where there was too little.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "trainer/mining/query_miner.h"
#include "trainer/mining/score_summary.h"

namespace irgan {

/// Sums over queries; bounded memory.
class MiningReport {
 public:
  MiningReport() = default;

  /// Counts these sources, so that one that gives nothing is told too.
  explicit MiningReport(const std::vector<SharedSource>& sources);

  void add(const MinedQuery& query, std::size_t num_rows);

  std::uint64_t num_rows() const { return num_rows_; }
  std::uint64_t num_queries() const { return num_queries_; }
  std::uint64_t num_mined() const { return num_mined_; }

  nlohmann::json to_json() const;

  /// Writes it as a table for people.
  void print(std::ostream& out) const;

  /// All that is needed to go on after an interruption.
  nlohmann::json state() const;
  static MiningReport from_state(const nlohmann::json& state);

 private:
  /// The flag that excluded most of the candidates of queries that lack negatives; "" if none lacks any.
  std::string advice() const;

  std::uint64_t num_queries_ = 0;
  std::uint64_t num_mined_ = 0;
  std::uint64_t num_rows_ = 0;
  std::uint64_t num_positives_ = 0;
  std::uint64_t num_negatives_ = 0;
  std::uint64_t num_padded_ = 0;
  std::uint64_t num_missing_ = 0;
  std::uint64_t num_short_ = 0;  // queries
  std::uint64_t num_unknown_positives_ = 0;
  std::uint64_t num_textless_ = 0;  // queries
  std::array<std::uint64_t, kNumSkips> skipped_{};
  std::array<std::uint64_t, kNumExclusions> excluded_{};
  std::array<std::uint64_t, kNumExclusions> excluded_where_short_{};
  std::map<std::string, std::uint64_t> by_source_;
  ScoreSummary positive_scores_;
  ScoreSummary negative_scores_;
  ScoreSummary differences_;
  ScoreSummary relevance_;  // of negatives
};

}  // namespace irgan
