#include "plugin/src/encoding/first_layer.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <deque>
#include <vector>

namespace irgan {
namespace {

using Eigen::Index;

// Units that are worked on together, and numbers of a register: the sums of a run stay in the processor's registers, of
// which AVX-512 has 32 of 16 numbers, AVX 16 of 8 and SSE 16 of 4.
#if defined(__AVX512F__)
constexpr int kBlock = 64;
constexpr int kGradientBlock = 64;
constexpr int kRegister = 16;
#elif defined(__AVX__)
constexpr int kBlock = 32;
constexpr int kGradientBlock = 32;
constexpr int kRegister = 8;
#else
constexpr int kBlock = 16;
constexpr int kGradientBlock = 16;
constexpr int kRegister = 4;
#endif

// kUnits: Eigen::Dynamic for the last units, fewer than a block.
template <int kUnits>
using Units = Eigen::Array<float, kUnits, 1, 0, kUnits == Eigen::Dynamic ? kBlock : kUnits, 1>;
template <int kUnits>
using In = Eigen::Map<const Units<kUnits>>;
template <int kUnits>
using Out = Eigen::Map<Units<kUnits>>;

/// One feature of the rows, its runs one after the other.
struct Runs {
  const BinnedFeature& feature;
  const BinnedRun* begin;
  const BinnedRun* end;
  const std::uint32_t* rows;
  const float* coordinates;
  std::uint32_t num_rows;

  Runs(const BinnedRows& binned, std::size_t j)
      : feature(binned.layout->features[j]),
        begin(binned.runs.data() + (j == 0 ? 0 : binned.end_runs[j - 1])),
        end(binned.runs.data() + binned.end_runs[j]),
        rows(binned.rows.data() + j * static_cast<std::size_t>(binned.num_rows)),
        coordinates(binned.coordinates.data() + j * static_cast<std::size_t>(binned.num_rows)),
        num_rows(static_cast<std::uint32_t>(binned.num_rows)) {}
};

// Calls work(begin, size) for blocks of units, size a compile-time constant where a block is whole.
template <int kSize, class Work>
void for_each_block(Index units, const Work& work) {
  Index begin = 0;
  for (; begin + kSize <= units; begin += kSize) work(begin, std::integral_constant<int, kSize>());
  if (begin < units) work(begin, std::integral_constant<int, Eigen::Dynamic>());
}

// base: of values below all bins
template <int kUnits>
void add_feature(const Runs& runs, Units<kUnits> base, const float* weight, Index stride, Index begin, Index units,
                 float* out) {
  const BinnedFeature feature = runs.feature;
  const std::uint32_t* const rows = runs.rows;
  const float* const coordinates = runs.coordinates;
  float* const first_out = out + begin;
  const auto weights = [&](Index column) { return In<kUnits>(weight + column * stride + begin, units); };
  const Units<kUnits> relative = weights(feature.relative_column());
  std::uint32_t bins_below = 0;
  std::uint32_t i = 0;
  for (const BinnedRun* run = runs.begin; run != runs.end; ++run) {
    for (; bins_below < run->bins_below; ++bins_below) base += weights(feature.column + bins_below);
    // What the rows have in common, then what their coordinates add. Outside all bins what stands for the bin's weights
    // does not count.
    const Units<kUnits> bin = weights(feature.column + bins_below);
    const Units<kUnits> origin = base + run->relative_origin * relative + run->place_origin * bin;
    const Units<kUnits> slope = run->relative_slope * relative + run->place_slope * bin;
    for (const std::uint32_t end = run->end; i < end; ++i) {
      Out<kUnits>(first_out + rows[i] * stride, units) += origin + coordinates[rows[i]] * slope;
    }
  }
  if (!feature.has_indicator) return;
  const Units<kUnits> missing = weights(feature.relative_column() + 1);
  for (; i < runs.num_rows; ++i) Out<kUnits>(first_out + rows[i] * stride, units) += missing;
}

/// Of a run's rows.
template <int kUnits>
struct Sums {
  Units<kUnits> plain;  // of delta
  Units<kUnits> moved;  // of coordinate * delta

  // Register by register, so that both sums stay in them.
  void add(const float* delta, Index units, float coordinate) {
    if constexpr (kUnits == Eigen::Dynamic) {
      const In<kUnits> row(delta, units);
      plain += row;
      moved += coordinate * row;
    } else {
      for (int begin = 0; begin < kUnits; begin += kRegister) {
        const Units<kRegister> part = In<kRegister>(delta + begin, kRegister);
        plain.template segment<kRegister>(begin) += part;
        moved.template segment<kRegister>(begin) += coordinate * part;
      }
    }
  }
};

// With a_r the sum of delta over the rows of run r, and m_r that of coordinate * delta:
//
//   dW_k = sum of place * delta over bin k  +  1/2 (sum of a over runs above bin k  -  sum of a over its runs and those
//          below);   dW_relative = sum of relative * delta  -  offset * sum of a
//   dW_indicator = sum of delta over missing values
//
// sums: room for those of each run
// gradient: of the feature's first column
template <int kUnits>
void sum_feature(const Runs& runs, const float* delta, Index stride, Index units, std::vector<Sums<kUnits>>& sums,
                 float* gradient, Index gradient_stride) {
  const BinnedFeature feature = runs.feature;
  const std::uint32_t* const rows = runs.rows;
  const float* const coordinates = runs.coordinates;
  const Units<kUnits> zero = Units<kUnits>::Zero(units);
  Units<kUnits> relative = zero;
  Units<kUnits> total = zero;
  std::uint32_t i = 0;
  sums.clear();
  sums.reserve(static_cast<std::size_t>(runs.end - runs.begin));
  for (const BinnedRun* run = runs.begin; run != runs.end; ++run) {
    Sums<kUnits> own{zero, zero};
    for (const std::uint32_t end = run->end; i < end; ++i) {
      own.add(delta + rows[i] * stride, units, coordinates[rows[i]]);
    }
    total += own.plain;
    relative += run->relative_origin * own.plain + run->relative_slope * own.moved;
    sums.push_back(own);
  }
  Units<kUnits> balance = 0.5F * total;  // half of what is above, less half of what is not
  const BinnedRun* run = runs.begin;
  for (Index bin = 0; bin < feature.num_bins; ++bin) {
    Units<kUnits> placed = zero;
    for (; run != runs.end && run->bins_below <= bin; ++run) {
      const Sums<kUnits>& own = sums[static_cast<std::size_t>(run - runs.begin)];
      balance -= own.plain;
      placed += run->place_origin * own.plain + run->place_slope * own.moved;
    }
    Out<kUnits>(gradient + bin * gradient_stride, units) = placed + balance;
  }
  gradient += feature.num_bins * gradient_stride;
  Out<kUnits>(gradient, units) = relative - feature.offset * total;
  if (!feature.has_indicator) return;
  Units<kUnits> missing = zero;
  for (; i < runs.num_rows; ++i) missing += In<kUnits>(delta + rows[i] * stride, units);
  Out<kUnits>(gradient + gradient_stride, units) = missing;
}

/// Neighbouring features and their columns.
struct FeatureGroup {
  std::size_t begin;
  std::size_t end;
  Index first_column;
  Index num_columns;
};

// Columns that are summed over all examples before the next ones: the sums and an example's delta stay in the
// processor's first cache.
constexpr Index kGroupColumns = 36;

std::vector<FeatureGroup> groups_of(const std::vector<BinnedFeature>& features) {
  std::vector<FeatureGroup> groups;
  for (std::size_t begin = 0; begin < features.size(); begin = groups.back().end) {
    const Index first = features[begin].column;
    std::size_t end = begin + 1;
    while (end < features.size() && features[end].end_column() - first <= kGroupColumns) ++end;
    groups.push_back({begin, end, first, features[end - 1].end_column() - first});
  }
  return groups;
}

/// Sums over examples, of some units.
template <int kUnits>
class ExampleSums {
 public:
  ExampleSums(const std::vector<const FirstLayerDelta*>& examples, Index begin, Index units)
      : examples_(examples), begin_(begin), units_(units) {}

  void sum(const FeatureGroup& group, FeatureMatrix& gradient) {
    sum_halves(group, 0, examples_.size(), 0, &gradient(group.first_column, begin_), gradient.outerStride());
  }

 private:
  void sum_halves(const FeatureGroup& group, std::size_t begin, std::size_t end, std::size_t depth, float* out,
                  Index stride) {
    if (end - begin == 1) {
      sum_one(group, *examples_[begin], out, stride);
      return;
    }
    const std::size_t middle = begin + (end - begin + 1) / 2;
    sum_halves(group, begin, middle, depth + 1, out, stride);
    while (halves_.size() <= depth) halves_.emplace_back();
    std::vector<float>& half = halves_[depth];
    half.resize(static_cast<std::size_t>(group.num_columns * units_));
    sum_halves(group, middle, end, depth + 1, half.data(), units_);
    for (Index column = 0; column < group.num_columns; ++column) {
      Out<kUnits>(out + column * stride, units_) += In<kUnits>(half.data() + column * units_, units_);
    }
  }

  void sum_one(const FeatureGroup& group, const FirstLayerDelta& example, float* out, Index stride) {
    if (example.rows->num_rows == 0) {  // there is no memory to point into
      for (Index column = 0; column < group.num_columns; ++column) Out<kUnits>(out + column * stride, units_).setZero();
      return;
    }
    const float* const delta = example.delta.data() + begin_;
    for (std::size_t j = group.begin; j < group.end; ++j) {
      const Runs runs(*example.rows, j);
      sum_feature<kUnits>(runs, delta, example.delta.outerStride(), units_, runs_,
                          out + (runs.feature.column - group.first_column) * stride, stride);
    }
  }

  const std::vector<const FirstLayerDelta*>& examples_;
  Index begin_;
  Index units_;
  std::deque<std::vector<float>> halves_;  // the second ones, by depth
  std::vector<Sums<kUnits>> runs_;         // of one feature
};

}  // namespace

FeatureMatrix first_bases(const BinLayout& layout, const Eigen::Ref<const FeatureMatrix>& weight) {
  assert(weight.rows() == layout.num_columns);
  FeatureMatrix bases(static_cast<Index>(layout.features.size()), weight.cols());
  for (std::size_t j = 0; j < layout.features.size(); ++j) update_base(layout, j, weight, bases);
  return bases;
}

void update_base(const BinLayout& layout, std::size_t j, const Eigen::Ref<const FeatureMatrix>& weight,
                 FeatureMatrix& bases) {
  const BinnedFeature& feature = layout.features[j];
  auto base = bases.row(static_cast<Index>(j));
  base = -feature.offset * weight.row(feature.relative_column());
  for (Index k = 0; k < feature.num_bins; ++k) base -= 0.5F * weight.row(feature.column + k);
}

void first_layer(const BinnedRows& rows, const FeatureMatrix& bases, const Eigen::Ref<const FeatureMatrix>& weight,
                 const Eigen::Ref<const Eigen::VectorXf>& bias, FeatureMatrix& out) {
  assert(weight.rows() == rows.layout->num_columns && bases.cols() == weight.cols());
  assert(bases.rows() == static_cast<Index>(rows.layout->features.size()));
  out.resize(rows.num_rows, weight.cols());
  if (rows.num_rows == 0) return;  // there is no memory to point into
  out.rowwise() = bias.transpose();
  for_each_block<kBlock>(weight.cols(), [&](Index begin, auto size) {
    constexpr int kUnits = decltype(size)::value;
    const Index units = kUnits == Eigen::Dynamic ? weight.cols() - begin : Index{kUnits};
    for (std::size_t j = 0; j < rows.layout->features.size(); ++j) {
      const In<kUnits> base(&bases(static_cast<Index>(j), begin), units);
      add_feature<kUnits>(Runs(rows, j), base, weight.data(), weight.outerStride(), begin, units, out.data());
    }
  });
}

void first_layer_gradient(const std::vector<const FirstLayerDelta*>& examples, FeatureMatrix& gradient) {
  const BinLayout& layout = *examples.front()->rows->layout;
  const Index num_units = examples.front()->delta.cols();
  gradient.resize(layout.num_columns, num_units);
  const std::vector<FeatureGroup> groups = groups_of(layout.features);
  for_each_block<kGradientBlock>(num_units, [&](Index begin, auto size) {
    constexpr int kUnits = decltype(size)::value;
    const Index units = kUnits == Eigen::Dynamic ? num_units - begin : Index{kUnits};
    ExampleSums<kUnits> sums(examples, begin, units);
    for (const FeatureGroup& group : groups) sums.sum(group, gradient);
  });
}

}  // namespace irgan
