/// What a click log holds, counted in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "trainer/evidence/log_census_result.h"

namespace irgan {

/// Counts rows. Queries, sessions and documents are told apart by hashes of 64 bits; their numbers are exact all the
/// same, but for hashes that collide, since tables that are full go to a temporary file and are merged. Examination is
/// estimated by `estimate_examination` from the rows of a part of the pages where there are more than some 4 million.
///
/// Threads: one caller; counting goes on in a second thread
/// Cost:    O(1) a row; memory by max_bytes, some 60 MB at least
class IRGAN_API LogCensus {
 public:
  explicit LogCensus(std::size_t max_bytes = kMaxBytes);
  ~LogCensus();

  /// Takes a row as one of the query `query_key`, whatever the row itself says of it.
  void add(const ClickRow& row, std::string_view query_key);

  /// Returns what all rows come to. Only once.
  ///
  /// Throws: Error if the temporary file cannot be written
  LogCensusResult finish();

  static constexpr std::size_t kMaxBytes = std::size_t{256} << 20;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
