/// Feature rows as a network's first layer takes them: feature by feature, the rows of each bin together.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "irgan/candidate.h"
#include "irgan/errors.h"
#include "irgan/pool_range.h"
#include "plugin/src/encoding/encoding.h"

namespace irgan {

/// Where a feature's columns stand among the inputs of a first layer.
struct BinnedFeature {
  Eigen::Index column = 0;  ///< the first of its bins; behind them the relative column, then the indicator
  Eigen::Index num_bins = 0;
  bool has_indicator = false;
  float offset = 0.5F;              ///< what is taken off the relative column's value
  std::size_t first_threshold = 0;  ///< the first of its num_thresholds()

  Eigen::Index relative_column() const { return column + num_bins; }
  Eigen::Index end_column() const { return relative_column() + (has_indicator ? 2 : 1); }
  /// Where its bins begin, and the least value that is above them all.
  std::size_t num_thresholds() const { return num_bins > 0 ? static_cast<std::size_t>(num_bins) + 1 : 0; }
};

struct IRGAN_API BinLayout {
  std::vector<BinnedFeature> features;
  std::vector<float> thresholds;  ///< of all features, each one's ascending
  std::vector<float> scales;      ///< of the bin that begins there: 1 / size; 0 above all bins
  Eigen::Index num_columns = 0;

  /// Of encoding.encode()'s columns.
  explicit BinLayout(const Encoding& encoding);
  /// Of `num_features` inputs that are taken as they are.
  explicit BinLayout(Eigen::Index num_features);
};

/// Rows whose values of a feature lie in the same bin, or outside all, and on the same side of the ends of the pool's
/// range. There the place in the bin and that in the range are both linear in the value, so one coordinate t a row
/// tells both:  place = place_origin + place_slope t,  relative = relative_origin + relative_slope t.
///
/// Units: places and coordinates t from 0 to 1; slopes are at most 1, so nothing of t's precision is lost
struct BinnedRun {
  std::uint32_t end = 0;         ///< within its feature's rows
  std::uint32_t bins_below = 0;  ///< of its feature's; the next one is the run's, unless it lies outside all
  float place_origin = 0.0F;     ///< 0 outside all bins, like place_slope
  float place_slope = 0.0F;
  float relative_origin = 0.0F;
  float relative_slope = 0.0F;
};

/// What Encoding::encode() writes, without the columns that say nothing: a value in bin k has +1/2 in all bins below it
/// and -1/2 in all above, so its place in bin k and its place in the pool's range tell the rest.
struct IRGAN_API BinnedRows {
  const BinLayout* layout = nullptr;  ///< outlives this
  Eigen::Index num_rows = 0;
  std::vector<BinnedRun> runs;        ///< feature after feature, ascending by their values, none empty
  std::vector<std::size_t> end_runs;  ///< of each feature, among the runs
  std::vector<std::uint32_t> rows;  ///< features x num_rows: row numbers, run after run, ascending in each; then those
                                    ///< whose value is missing
  std::vector<float> coordinates;   ///< features x num_rows, by row; of no meaning where the value is missing

  /// Shapes:   features: n x features; their values need not lie within `range`
  /// Requires: a layout of an encoding
  void bin(const BinLayout& binned, const Eigen::Ref<const FeatureMatrix>& features, const PoolRange& range);
  /// Takes the inputs as they are, with a layout for that.
  void take(const BinLayout& plain, const Eigen::Ref<const FeatureMatrix>& inputs);
};

}  // namespace irgan
