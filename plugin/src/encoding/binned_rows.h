/// Feature rows as a network's first layer takes them: feature by feature, the rows of each bin together.
#pragma once

#include <Eigen/Core>
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
  float offset = 0.5F;         ///< what is taken off the relative column's value
  Eigen::Index first_run = 0;  ///< the first of its num_runs() runs

  Eigen::Index relative_column() const { return column + num_bins; }
  Eigen::Index end_column() const { return relative_column() + (has_indicator ? 2 : 1); }
  /// One for each bin (or for all values, without bins), and one for missing values.
  Eigen::Index num_runs() const { return (num_bins > 0 ? num_bins : 1) + 1; }
};

struct IRGAN_API BinLayout {
  std::vector<BinnedFeature> features;
  std::vector<float> begins;  ///< of each run's bin; 0 where there is none
  std::vector<float> scales;  ///< 1 / size of each run's bin; 0 where there is none
  Eigen::Index num_columns = 0;
  Eigen::Index num_runs = 0;

  /// Of encoding.encode()'s columns.
  explicit BinLayout(const Encoding& encoding);
  /// Of `num_features` inputs that are taken as they are.
  explicit BinLayout(Eigen::Index num_features);
};

/// What Encoding::encode() writes, without the columns that say nothing: a value in bin k has +1/2 in all bins below it
/// and -1/2 in all above, so its place in bin k and its relative place tell the rest.
struct IRGAN_API BinnedRows {
  const BinLayout* layout = nullptr;  ///< outlives this
  Eigen::Index num_rows = 0;
  std::vector<std::uint32_t> ends;  ///< of each run, within its feature's rows
  std::vector<std::uint32_t> rows;  ///< features x num_rows: row numbers, run after run, ascending in each
  std::vector<float> places;        ///< features x num_rows, by row: where in its bin the value lies, from 0 to 1
  std::vector<float> relatives;     ///< the same: where in the pool's range, from 0 to 1; 0 for missing values

  /// Shapes:   features: n x features, any rows of the pool that `range` was taken from
  /// Requires: a layout of an encoding
  void bin(const BinLayout& binned, const Eigen::Ref<const FeatureMatrix>& features, const PoolRange& range);
  /// Takes the inputs as they are, with a layout for that.
  void take(const BinLayout& plain, const Eigen::Ref<const FeatureMatrix>& inputs);
};

}  // namespace irgan
