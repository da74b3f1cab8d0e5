/// Rows of training data as the networks see them.
#pragma once

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

}  // namespace irgan
