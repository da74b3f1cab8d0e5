/// Rows of training data as the networks see them.
#pragma once

#include <cstddef>
#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/encoding/binned_rows.h"

namespace irgan {

/// Bins some rows of a pool, relative to the whole of it.
IRGAN_API void bin_rows(const Pool& pool, const std::vector<Eigen::Index>& rows, const BinLayout& layout,
                        BinnedRows& binned);

/// Bins the documents of one example, relative to its whole pool.
IRGAN_API void bin_example(const TrainingData& data, const Example& example, const BinLayout& layout,
                           BinnedRows& binned);

/// Bins examples that are asked for again and again: the first ones, as many as fit into `most_bytes`, once.
class IRGAN_API BinnedExamples {
 public:
  /// Keeps references to `data` and `layout`.
  BinnedExamples(const TrainingData& data, const BinLayout& layout, std::size_t most_bytes);

  /// Returns the rows of data.examples[i]; they hold as long as this and `room` do.
  ///
  /// Threads: may be called by several for different examples
  const BinnedRows& rows(std::size_t i, BinnedRows& room);

 private:
  const TrainingData& data_;
  const BinLayout& layout_;
  std::vector<BinnedRows> kept_;  // of the first examples; without a layout until they are asked for
};

}  // namespace irgan
