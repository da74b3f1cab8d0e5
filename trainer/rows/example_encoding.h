/// Rows of training data as the networks see them.
#pragma once

#include <vector>

#include "irgan/training_data.h"
#include "plugin/src/model/encoding.h"

namespace irgan {

/// Encodes some rows of a pool, relative to the whole of it.
IRGAN_API void encode_rows(const Pool& pool, const std::vector<Eigen::Index>& rows, const Encoding& encoding,
                           FeatureMatrix& encoded);

/// Encodes the documents of one example, relative to its whole pool.
IRGAN_API void encode_example(const TrainingData& data, const Example& example, const Encoding& encoding,
                              FeatureMatrix& encoded);

}  // namespace irgan
