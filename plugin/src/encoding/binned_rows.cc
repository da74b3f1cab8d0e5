#include "plugin/src/encoding/binned_rows.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace irgan {
namespace {

using Eigen::Index;

// Beside those that begin at a threshold: below all, from the two ends of the pool's range on, and missing values.
constexpr std::size_t kMostOtherRuns = 4;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// NaN becomes `least`.
float clipped(float share, float least = 0.0F) { return std::min(share > least ? share : least, 1.0F); }

/// A feature's range in the pool, where the encoding's relative column goes from 0 to 1; of no extent: it stays 0.
struct Range {
  float low;
  float end;
  float scale;  // 1 / extent, 0 if there is none

  Range(float least, float most) : low(least), end(most), scale(0.0F) {
    const float extent = most - least;
    if (!(extent > 0.0F)) return;
    scale = 1.0F / std::max(extent, kSmallestRange);
    end = std::max(most, least + kSmallestRange);
  }
};

/// Which runs the values of one feature may lie in, and who does.
class FeatureRuns {
 public:
  // Requires: thresholds ascend
  void cut(const BinnedFeature& feature, const float* thresholds, const float* scales, const Range& range,
           const float* values, std::size_t n) {
    const float beyond = std::nextafter(range.end, kInfinity);
    std::uint32_t num_outside = 0;
    for (std::size_t i = 0; i < n; ++i) {
      num_outside += (values[i] < range.low ? 1U : 0U) | (values[i] >= beyond ? 1U : 0U);
    }
    const bool is_whole = range.scale == 0.0F || num_outside == 0;  // no run ends where the range does
    const float least = num_outside == 0 ? range.low : -kInfinity;
    const float most = num_outside == 0 ? range.end : kInfinity;
    const std::size_t num = feature.num_thresholds();
    make_room(num + kMostOtherRuns);
    std::size_t k = 0;  // thresholds that are reached
    while (k < num && least >= thresholds[k]) ++k;
    float next = least;
    do {
      const float begin = next;
      const bool in_bin = k > 0 && k < num;
      BinnedRun& run = runs_[num_runs_];
      run = {};
      run.bins_below = static_cast<std::uint32_t>(k == 0 ? 0 : k - 1);
      run.place_slope = in_bin ? 1.0F : 0.0F;
      const bool is_in_range = is_whole || (begin >= range.low && begin < beyond);
      set_line(in_bin ? thresholds[k - 1] : 0.0F, in_bin ? scales[k - 1] : 0.0F, range.low,
               is_in_range ? range.scale : 0.0F);
      if (!is_whole && begin >= beyond) run.relative_origin = 1.0F;
      begins_[num_runs_++] = begin;
      next = k < num ? thresholds[k] : kInfinity;
      if (!is_whole && begin < beyond) next = std::min(next, begin < range.low ? range.low : beyond);
      if (k < num && next == thresholds[k]) ++k;
    } while (next <= most && next < kInfinity);
    origins_[num_runs_] = scales_[num_runs_] = 0.0F;  // of missing values
  }

  // The run of a value is the number of runs, after the first, that it reaches; of a missing one, that of all runs. The
  // loops are plain, for the compiler to vectorise.
  //
  // first_rows: becomes where the rows of each run, and those of missing values, begin
  void find(const float* values, std::size_t n, std::uint32_t* runs, std::uint32_t* first_rows) {
    const auto missing = static_cast<std::uint32_t>(num_runs_);
    std::uint32_t num_present = 0;
    for (std::size_t i = 0; i < n; ++i) num_present += values[i] == values[i] ? 1U : 0U;  // not NaN
    std::fill(runs, runs + n, 0U);
    first_rows[0] = 0;
    for (std::uint32_t r = 1; r < missing; ++r) {
      const float begin = begins_[r];
      std::uint32_t num_reaching = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t reaches = values[i] >= begin ? 1U : 0U;
        runs[i] += reaches;
        num_reaching += reaches;
      }
      runs_[r - 1].end = first_rows[r] = num_present - num_reaching;
    }
    runs_[missing - 1].end = first_rows[missing] = num_present;
    for (std::size_t i = 0; i < n; ++i) runs[i] = values[i] == values[i] ? runs[i] : missing;
  }

  void place(const float* values, const std::uint32_t* runs, std::size_t n, float* coordinates) const {
    for (std::size_t i = 0; i < n; ++i) coordinates[i] = (values[i] - origins_[runs[i]]) * scales_[runs[i]];
    for (std::size_t i = 0; i < n; ++i) coordinates[i] = clipped(coordinates[i]);  // apart, since this is vectorised
  }

  // Lists the runs that have rows.
  void list(std::vector<BinnedRun>& listed) const {
    std::uint32_t begin = 0;
    for (std::size_t r = 0; r < num_runs_; ++r) {
      if (runs_[r].end > begin) listed.push_back(runs_[r]);
      begin = runs_[r].end;
    }
  }

 private:
  void make_room(std::size_t most) {
    num_runs_ = 0;
    if (runs_.size() >= most) return;
    for (std::vector<float>* const numbers : {&begins_, &origins_, &scales_}) numbers->resize(most);
    runs_.resize(most);
  }

  // A row's coordinate is its place in whichever is smaller, the bin or the pool's range; then the other place changes
  // less than it does: t = (value - origin) * scale. A scale of 0 is that of no bin, or of something endless.
  void set_line(float bin_begin, float bin_scale, float low, float range_scale) {
    BinnedRun& run = runs_[num_runs_];
    if (bin_scale >= range_scale) {
      origins_[num_runs_] = bin_begin;
      scales_[num_runs_] = bin_scale;
      if (range_scale == 0.0F) return;
      run.relative_origin = clipped((bin_begin - low) * range_scale, -1.0F);
      run.relative_slope = range_scale / bin_scale;
      return;
    }
    origins_[num_runs_] = low;
    scales_[num_runs_] = range_scale;
    run.relative_slope = 1.0F;
    run.place_slope *= bin_scale / range_scale;
    if (bin_scale == 0.0F) return;
    run.place_origin = clipped((low - bin_begin) * bin_scale, -1.0F);
  }

  std::size_t num_runs_ = 0;
  std::vector<BinnedRun> runs_;
  std::vector<float> begins_;
  std::vector<float> origins_;  // of each run's coordinates, and of those of missing values
  std::vector<float> scales_;
};

// Lists the rows of kCount features, run after run. Several features at once, since a row's place in the list waits for
// that of the row before in the same run.
//
// next: where the runs of each feature begin
template <std::size_t kCount>
void sort_by_run(const std::uint32_t* runs, std::size_t n, std::uint32_t* const* next, std::uint32_t* rows) {
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(n); ++i) {
    for (std::size_t j = 0; j < kCount; ++j) rows[j * n + next[j][runs[j * n + i]]++] = i;
  }
}

void start(const BinLayout& layout, Index num_rows, BinnedRows& binned) {
  const auto size = layout.features.size() * static_cast<std::size_t>(num_rows);
  binned.layout = &layout;
  binned.num_rows = num_rows;
  binned.runs.clear();
  binned.end_runs.clear();
  binned.rows.resize(size);
  binned.coordinates.resize(size);
}

}  // namespace

BinLayout::BinLayout(const Encoding& encoding) {
  for (const Encoding::Feature& feature : encoding.features) {
    BinnedFeature own;
    own.column = num_columns;
    own.num_bins = std::max<Index>(0, static_cast<Index>(feature.edges.size()) - 1);
    own.has_indicator = feature.has_indicator;
    own.first_threshold = thresholds.size();
    num_columns = own.end_column();
    features.push_back(own);
    if (own.num_bins == 0) continue;
    for (std::size_t k = 0; k + 1 < feature.edges.size(); ++k) {
      thresholds.push_back(feature.edges[k]);
      scales.push_back(1.0F / (feature.edges[k + 1] - feature.edges[k]));
    }
    thresholds.push_back(std::nextafter(feature.edges.back(), kInfinity));
    scales.push_back(0.0F);
  }
}

BinLayout::BinLayout(Index num_features) : num_columns(num_features) {
  for (Index column = 0; column < num_features; ++column) features.push_back({column, 0, false, 0.0F, 0});
}

void BinnedRows::bin(const BinLayout& binned, const Eigen::Ref<const FeatureMatrix>& features, const PoolRange& range) {
  assert(features.cols() == static_cast<Index>(binned.features.size()));
  start(binned, features.rows(), *this);
  const auto n = static_cast<std::size_t>(num_rows);
  const std::size_t width = binned.features.size();
  std::vector<float> columns(width * n);
  for (std::size_t i = 0; i < n; ++i) {  // row by row, as they lie in memory
    const float* const row = features.data() + static_cast<Index>(i) * features.outerStride();
    for (std::size_t j = 0; j < width; ++j) columns[j * n + i] = row[j];
  }
  std::vector<std::uint32_t> all_runs(width * n);
  std::vector<std::uint32_t> first_rows(binned.thresholds.size() + kMostOtherRuns * width);
  std::vector<std::uint32_t*> next(width);  // of each feature, among first_rows
  FeatureRuns own;
  for (std::size_t j = 0; j < width; ++j) {
    const BinnedFeature& feature = binned.features[j];
    const float* const x = columns.data() + j * n;
    own.cut(feature, binned.thresholds.data() + feature.first_threshold, binned.scales.data() + feature.first_threshold,
            Range(range.low[static_cast<Index>(j)], range.high[static_cast<Index>(j)]), x, n);
    next[j] = first_rows.data() + feature.first_threshold + kMostOtherRuns * j;
    own.find(x, n, all_runs.data() + j * n, next[j]);
    own.place(x, all_runs.data() + j * n, n, coordinates.data() + j * n);
    own.list(runs);
    end_runs.push_back(runs.size());
  }
  constexpr std::size_t kTogether = 4;
  std::size_t j = 0;
  for (; j + kTogether <= width; j += kTogether) {
    sort_by_run<kTogether>(all_runs.data() + j * n, n, next.data() + j, rows.data() + j * n);
  }
  for (; j < width; ++j) sort_by_run<1>(all_runs.data() + j * n, n, next.data() + j, rows.data() + j * n);
}

void BinnedRows::take(const BinLayout& plain, const Eigen::Ref<const FeatureMatrix>& inputs) {
  assert(inputs.cols() == plain.num_columns);
  start(plain, inputs.rows(), *this);
  const auto n = static_cast<std::size_t>(num_rows);
  BinnedRun whole;
  whole.end = static_cast<std::uint32_t>(n);
  whole.relative_slope = 1.0F;
  for (std::size_t j = 0; j < plain.features.size(); ++j) {
    if (n > 0) runs.push_back(whole);
    end_runs.push_back(runs.size());
    for (std::size_t i = 0; i < n; ++i) {
      rows[j * n + i] = static_cast<std::uint32_t>(i);
      coordinates[j * n + i] = inputs(static_cast<Index>(i), static_cast<Index>(j));
    }
  }
}

}  // namespace irgan
