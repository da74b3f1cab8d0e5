/// Reads known propensities: how often each rank of a result page is looked at.
#pragma once

#include <string>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// Returns the propensities by rank, from rank 1 on, of a file with a line 'rank<TAB>propensity' each, in any order;
/// empty lines and those that begin with # are passed over.
///
/// Throws: FormatError at path:line if a rank is no whole number from 1 to 10000, is there twice or missing below the
///         last, or a propensity is not above 0 and at most 1
IRGAN_API std::vector<double> read_propensities(const std::string& path);

}  // namespace irgan
