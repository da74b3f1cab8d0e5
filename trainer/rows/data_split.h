/// Parts a data set into training and validation.
#pragma once

#include <cstdint>
#include <utility>

#include "irgan/training_data.h"

namespace irgan {

/// Puts each query wholly into one part: validation gets about `share` of them, chosen by a hash of query id and seed,
/// so that the choice does not depend on order or on what else is in the data.
///
/// Returns: (training, validation)
/// Throws:  Error if either part would be without queries
IRGAN_API std::pair<TrainingData, TrainingData> split_by_query(TrainingData data, double share, std::uint64_t seed);

/// Gives two data sets of ready-made rows the same columns: one may lack the last ones, which then are 0.
///
/// Throws: FormatError if their features differ otherwise
IRGAN_API void widen(TrainingData& a, TrainingData& b);

}  // namespace irgan
