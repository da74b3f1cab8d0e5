#include "plugin/src/encoding/binned_rows.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace irgan {
namespace {

using Eigen::Index;

// NaN becomes 0.
float clipped(float share) { return std::min(share > 0.0F ? share : 0.0F, 1.0F); }

// The run of a value is the number of its feature's bins, after the first, that it reaches. `first_rows` becomes where
// each run begins among the rows that are sorted by run. The loops are plain, for the compiler to vectorise.
//
// Requires: begins ascend, so that values below a bin are those of the runs before it
void find_runs(const float* values, std::size_t n, const BinnedFeature& feature, const float* begins,
               std::uint32_t* runs, std::uint32_t* first_rows) {
  const auto missing = static_cast<std::uint32_t>(feature.num_runs() - 1);
  std::uint32_t num_present = 0;
  for (std::size_t i = 0; i < n; ++i) num_present += values[i] == values[i] ? 1U : 0U;  // not NaN
  std::fill(runs, runs + n, 0U);
  first_rows[0] = 0;
  first_rows[missing] = num_present;
  for (Index k = 1; k < feature.num_bins; ++k) {
    const float begin = begins[k];
    std::uint32_t num_reaching = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t reaches = values[i] >= begin ? 1U : 0U;
      runs[i] += reaches;
      num_reaching += reaches;
    }
    first_rows[k] = num_present - num_reaching;
  }
  for (std::size_t i = 0; i < n; ++i) runs[i] = values[i] == values[i] ? runs[i] : missing;
}

// Lists the rows of kCount features, run after run. Several features at once, since a row's place in the list waits for
// that of the row before in the same run.
//
// ends: where the runs begin; becomes where they end
template <std::size_t kCount>
void sort_by_run(const std::uint32_t* runs, std::size_t first_feature, BinnedRows& binned) {
  const auto n = static_cast<std::size_t>(binned.num_rows);
  std::uint32_t* ends[kCount];
  for (std::size_t j = 0; j < kCount; ++j) {
    ends[j] = binned.ends.data() + binned.layout->features[first_feature + j].first_run;
  }
  std::uint32_t* const rows = binned.rows.data() + first_feature * n;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(n); ++i) {
    for (std::size_t j = 0; j < kCount; ++j) rows[j * n + ends[j][runs[j * n + i]]++] = i;
  }
}

void resize(BinnedRows& binned, Index num_rows) {
  const auto size = binned.layout->features.size() * static_cast<std::size_t>(num_rows);
  binned.num_rows = num_rows;
  binned.ends.resize(static_cast<std::size_t>(binned.layout->num_runs));
  binned.rows.resize(size);
  binned.places.resize(size);
  binned.relatives.resize(size);
}

}  // namespace

BinLayout::BinLayout(const Encoding& encoding) {
  for (const Encoding::Feature& feature : encoding.features) {
    BinnedFeature own;
    own.column = num_columns;
    own.num_bins = std::max<Index>(0, static_cast<Index>(feature.edges.size()) - 1);
    own.has_indicator = feature.has_indicator;
    own.first_run = num_runs;
    num_columns = own.end_column();
    num_runs += own.num_runs();
    features.push_back(own);
    begins.resize(static_cast<std::size_t>(num_runs), 0.0F);
    scales.resize(static_cast<std::size_t>(num_runs), 0.0F);
    for (std::size_t k = 0; k < static_cast<std::size_t>(own.num_bins); ++k) {
      begins[static_cast<std::size_t>(own.first_run) + k] = feature.edges[k];
      scales[static_cast<std::size_t>(own.first_run) + k] = 1.0F / (feature.edges[k + 1] - feature.edges[k]);
    }
  }
}

BinLayout::BinLayout(Index num_features)
    : begins(static_cast<std::size_t>(2 * num_features)),
      scales(begins.size()),
      num_columns(num_features),
      num_runs(2 * num_features) {
  for (Index column = 0; column < num_features; ++column) features.push_back({column, 0, false, 0.0F, 2 * column});
}

void BinnedRows::bin(const BinLayout& binned, const Eigen::Ref<const FeatureMatrix>& features, const PoolRange& range) {
  assert(features.cols() == static_cast<Index>(binned.features.size()));
  layout = &binned;
  resize(*this, features.rows());
  const auto n = static_cast<std::size_t>(num_rows);
  const std::size_t width = binned.features.size();
  std::vector<float> columns(width * n);
  for (std::size_t i = 0; i < n; ++i) {  // row by row, as they lie in memory
    const float* const row = features.data() + static_cast<Index>(i) * features.outerStride();
    for (std::size_t j = 0; j < width; ++j) columns[j * n + i] = row[j];
  }
  std::vector<std::uint32_t> all_runs(width * n);
  for (std::size_t j = 0; j < width; ++j) {
    const BinnedFeature& feature = binned.features[j];
    const float* const begins = binned.begins.data() + feature.first_run;
    const float* const scales = binned.scales.data() + feature.first_run;
    const float low = range.low[static_cast<Index>(j)];
    const float extent = range.high[static_cast<Index>(j)] - low;
    const float extent_scale = extent > 0.0F ? 1.0F / std::max(extent, kSmallestRange) : 0.0F;
    const float* const x = columns.data() + j * n;
    std::uint32_t* const runs = all_runs.data() + j * n;
    float* const place = places.data() + j * n;
    float* const relative = relatives.data() + j * n;
    find_runs(x, n, feature, begins, runs, ends.data() + feature.first_run);
    for (std::size_t i = 0; i < n; ++i) place[i] = (x[i] - begins[runs[i]]) * scales[runs[i]];
    for (std::size_t i = 0; i < n; ++i) place[i] = clipped(place[i]);  // apart, since this is vectorised
    for (std::size_t i = 0; i < n; ++i) relative[i] = clipped((x[i] - low) * extent_scale);
  }
  constexpr std::size_t kTogether = 4;
  std::size_t j = 0;
  for (; j + kTogether <= width; j += kTogether) sort_by_run<kTogether>(all_runs.data() + j * n, j, *this);
  for (; j < width; ++j) sort_by_run<1>(all_runs.data() + j * n, j, *this);
}

void BinnedRows::take(const BinLayout& plain, const Eigen::Ref<const FeatureMatrix>& inputs) {
  assert(inputs.cols() == plain.num_columns);
  layout = &plain;
  resize(*this, inputs.rows());
  const auto n = static_cast<std::size_t>(num_rows);
  for (std::size_t j = 0; j < plain.features.size(); ++j) {
    ends[2 * j] = ends[2 * j + 1] = static_cast<std::uint32_t>(n);
    for (std::size_t i = 0; i < n; ++i) {
      rows[j * n + i] = static_cast<std::uint32_t>(i);
      places[j * n + i] = 0.0F;
      relatives[j * n + i] = inputs(static_cast<Index>(i), static_cast<Index>(j));
    }
  }
}

}  // namespace irgan
