/// Mean, spread and quartiles of any number of values in bounded memory.
#pragma once

#include <cstdint>
#include <map>

#include "irgan/errors.h"

namespace irgan {

/// Values are counted in buckets whose bounds lie 1 % apart, so that a quantile is within 0.5 % of a true one; below
/// 1e-9 in size they count as 0. Count, sum, smallest and largest are exact.
///
/// Source: the bucket scheme of Masson et al., "DDSketch", VLDB 2019
class IRGAN_API ScoreSummary {
 public:
  /// Values that are not finite are ignored.
  void add(double value);

  std::uint64_t count() const { return count_; }
  double mean() const;
  double deviation() const;  ///< of the sample; 0 below two values
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  /// Returns the value with the share `q` of all values below it.
  ///
  /// Requires: count() > 0, q from 0 to 1
  double quantile(double q) const;

 private:
  friend struct ScoreSummaryState;  // how a summary is stored

  std::map<std::int32_t, std::uint64_t> buckets_;  // by the logarithm of the size, negative values below all others
  std::uint64_t count_ = 0;
  double sum_ = 0.0;
  double squares_ = 0.0;
  double lowest_ = 0.0;
  double highest_ = 0.0;
};

}  // namespace irgan
