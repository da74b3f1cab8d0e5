#include "plugin/src/encoding/first_layer.h"

#include <algorithm>
#include <cassert>
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
  const std::uint32_t* ends;
  const std::uint32_t* rows;
  const float* places;
  const float* relatives;

  Runs(const BinnedRows& binned, std::size_t j)
      : feature(binned.layout->features[j]),
        ends(binned.ends.data() + feature.first_run),
        rows(binned.rows.data() + j * static_cast<std::size_t>(binned.num_rows)),
        places(binned.places.data() + j * static_cast<std::size_t>(binned.num_rows)),
        relatives(binned.relatives.data() + j * static_cast<std::size_t>(binned.num_rows)) {}

  Index num_present() const { return feature.num_runs() - 1; }
};

// Calls work(begin, size) for blocks of units, size a compile-time constant where a block is whole.
template <int kSize, class Work>
void for_each_block(Index units, const Work& work) {
  Index begin = 0;
  for (; begin + kSize <= units; begin += kSize) work(begin, std::integral_constant<int, kSize>());
  if (begin < units) work(begin, std::integral_constant<int, Eigen::Dynamic>());
}

// base: of the feature's first run
template <int kUnits>
void add_feature(const Runs& runs, Units<kUnits> base, const float* weight, Index stride, Index begin, Index units,
                 float* out) {
  const BinnedFeature feature = runs.feature;
  const std::uint32_t* const rows = runs.rows;
  const float* const places = runs.places;
  const float* const relatives = runs.relatives;
  const float* const first_weight = weight + begin;
  float* const first_out = out + begin;
  const Units<kUnits> relative = In<kUnits>(first_weight + feature.relative_column() * stride, units);
  std::uint32_t i = 0;
  for (Index k = 0; k < feature.num_bins; ++k) {
    const Units<kUnits> slope = In<kUnits>(first_weight + (feature.column + k) * stride, units);
    for (const std::uint32_t end = runs.ends[k]; i < end; ++i) {
      Out<kUnits>(first_out + rows[i] * stride, units) +=
          base + places[rows[i]] * slope + relatives[rows[i]] * relative;
    }
    base += slope;
  }
  for (const std::uint32_t end = runs.ends[runs.num_present() - 1]; i < end; ++i) {  // there are no bins
    Out<kUnits>(first_out + rows[i] * stride, units) += base + relatives[rows[i]] * relative;
  }
  if (!feature.has_indicator) return;
  const Units<kUnits> missing = In<kUnits>(first_weight + (feature.relative_column() + 1) * stride, units);
  for (const std::uint32_t end = runs.ends[runs.num_present()]; i < end; ++i) {
    Out<kUnits>(first_out + rows[i] * stride, units) += missing;
  }
}

/// Of a bin's rows.
template <int kUnits>
struct Sums {
  Units<kUnits> plain;   // of delta
  Units<kUnits> placed;  // of place * delta

  // Adds a row, and relative_place * delta to `relative`: register by register, so that all three sums stay in them.
  void add(const float* delta, Index units, float place, float relative_place, Units<kUnits>& relative) {
    if constexpr (kUnits == Eigen::Dynamic) {
      const In<kUnits> row(delta, units);
      plain += row;
      placed += place * row;
      relative += relative_place * row;
    } else {
      for (int begin = 0; begin < kUnits; begin += kRegister) {
        const Units<kRegister> part = In<kRegister>(delta + begin, kRegister);
        plain.template segment<kRegister>(begin) += part;
        placed.template segment<kRegister>(begin) += place * part;
        relative.template segment<kRegister>(begin) += relative_place * part;
      }
    }
  }
};

// With a_k the sum of delta over the rows of bin k, and t_k that of place * delta:
//
//   dW_k = t_k + 1/2 (sum over bins above k of a  -  sum over bin k and those below of a)
//   dW_relative = sum of relative * delta  -  offset * sum of a;   dW_indicator = sum of delta over missing values
//
// bins: room for the sums of each
template <int kUnits>
void sum_feature(const Runs& runs, const float* delta, Index stride, Index begin, Index units,
                 std::vector<Sums<kUnits>>& bins, FeatureMatrix& gradient) {
  const BinnedFeature feature = runs.feature;
  const std::uint32_t* const rows = runs.rows;
  const float* const places = runs.places;
  const float* const relatives = runs.relatives;
  const float* const first = delta + begin;
  const Units<kUnits> zero = Units<kUnits>::Zero(units);
  Units<kUnits> relative = zero;
  Units<kUnits> total = zero;
  std::uint32_t i = 0;
  bins.clear();
  bins.reserve(static_cast<std::size_t>(runs.num_present()));
  for (Index k = 0; k < runs.num_present(); ++k) {
    Sums<kUnits> sums{zero, zero};
    for (const std::uint32_t end = runs.ends[k]; i < end; ++i) {
      sums.add(first + rows[i] * stride, units, places[rows[i]], relatives[rows[i]], relative);
    }
    total += sums.plain;
    bins.push_back(sums);
  }
  Units<kUnits> above = total;
  for (Index k = 0; k < feature.num_bins; ++k) {
    const Sums<kUnits>& bin = bins[static_cast<std::size_t>(k)];
    above -= bin.plain;
    Out<kUnits>(&gradient(feature.column + k, begin), units) = bin.placed + (above - 0.5F * total);
  }
  Out<kUnits>(&gradient(feature.relative_column(), begin), units) = relative - feature.offset * total;
  if (!feature.has_indicator) return;
  Units<kUnits> missing = zero;
  for (; i < runs.ends[runs.num_present()]; ++i) missing += In<kUnits>(first + rows[i] * stride, units);
  Out<kUnits>(&gradient(feature.relative_column() + 1, begin), units) = missing;
}

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

void first_layer_gradient(const BinnedRows& rows, const Eigen::Ref<const FeatureMatrix>& delta,
                          FeatureMatrix& gradient) {
  assert(delta.rows() == rows.num_rows);
  gradient.resize(rows.layout->num_columns, delta.cols());
  if (rows.num_rows == 0) {
    gradient.setZero();
    return;
  }
  for_each_block<kGradientBlock>(delta.cols(), [&](Index begin, auto size) {
    constexpr int kUnits = decltype(size)::value;
    const Index units = kUnits == Eigen::Dynamic ? delta.cols() - begin : Index{kUnits};
    std::vector<Sums<kUnits>> bins;
    for (std::size_t j = 0; j < rows.layout->features.size(); ++j) {
      sum_feature<kUnits>(Runs(rows, j), delta.data(), delta.outerStride(), begin, units, bins, gradient);
    }
  });
}

}  // namespace irgan
