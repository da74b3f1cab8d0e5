#include "trainer/rows/example_encoding.h"

#include <algorithm>
#include <cstdint>

namespace irgan {
namespace {

std::size_t most_bytes_of(const Example& example, const BinLayout& layout) {
  const std::size_t num_values = example.rows.size() * layout.features.size();
  return sizeof(BinnedRows) + layout.features.size() * sizeof(std::size_t) +
         num_values * (sizeof(std::uint32_t) + sizeof(float)) +
         std::min(num_values, layout.thresholds.size() + 4 * layout.features.size()) * sizeof(BinnedRun);
}

}  // namespace

void bin_rows(const Pool& pool, const std::vector<Eigen::Index>& rows, const BinLayout& layout, BinnedRows& binned) {
  const FeatureMatrix some = pool.rows(rows, Eigen::all);
  binned.bin(layout, some, pool.range);
}

void bin_example(const TrainingData& data, const Example& example, const BinLayout& layout, BinnedRows& binned) {
  const Pool& pool = data.pools[example.pool];
  if (static_cast<Eigen::Index>(example.rows.size()) == pool.rows.rows() && example.ranks.empty()) {
    binned.bin(layout, pool.rows, pool.range);
    return;
  }
  bin_rows(pool, example.rows, layout, binned);
}

BinnedExamples::BinnedExamples(const TrainingData& data, const BinLayout& layout, std::size_t most_bytes)
    : data_(data), layout_(layout) {
  std::size_t num_bytes = 0;
  std::size_t num_kept = 0;
  for (const Example& example : data.examples) {
    num_bytes += most_bytes_of(example, layout);
    if (num_bytes > most_bytes) break;
    ++num_kept;
  }
  kept_.resize(num_kept);
}

const BinnedRows& BinnedExamples::rows(std::size_t i, BinnedRows& room) {
  if (i < kept_.size() && kept_[i].layout != nullptr) return kept_[i];
  bin_example(data_, data_.examples[i], layout_, room);
  if (i >= kept_.size()) return room;
  kept_[i] = room;  // a copy has no room to spare
  return kept_[i];
}

}  // namespace irgan
