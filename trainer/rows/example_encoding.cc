#include "trainer/rows/example_encoding.h"

namespace irgan {

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

}  // namespace irgan
