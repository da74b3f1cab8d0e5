/// Parts a click log into training and validation, row by row, before anything is counted or estimated.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/split_options.h"

namespace irgan {

/// Whether what goes by `id` is one of the about `share` that a hash of id and seed holds out.
IRGAN_API bool is_held_out(std::string_view id, double share, std::uint64_t seed);

/// The times of a log's rows, of which an even share is kept.
class IRGAN_API TimeSample {
 public:
  void add(double time);

  /// Returns the time from which on about `share` of the rows that have one are; nothing if it would be all of them, or
  /// none has a time.
  ///
  /// Units: seconds since 1970 UTC; exact up to 2^17 rows, then within .4 % of the rows at three deviations
  std::optional<double> beginning_of_last(double share) const;

 private:
  std::uint64_t num_seen_ = 0;
  std::vector<double> kept_;
  std::mt19937_64 random_{1};
};

/// Says of each row of a log, from front to back, whether it is held out for validation.
class IRGAN_API RowSplit {
 public:
  /// beginning: of validation, for a split by time
  RowSplit(const SplitOptions& options, double beginning);

  /// A row without a time is as old as the last one before that had one, and belongs to training if there was none;
  /// rows without a session are taken for one session's.
  bool is_held_out(const ClickRow& row, const std::string& query_id);

  /// Whether each query is wholly in one part.
  bool is_by_query() const { return options_.by == LogSplit::query; }

  /// What the record says: the kind, and by time the beginning too.
  std::string description() const;

 private:
  SplitOptions options_;
  double beginning_;
  std::optional<double> last_time_;
};

}  // namespace irgan
