/// Changes to the rows of a pool, which are read only.
#pragma once

#include "irgan/training_data.h"
#include "plugin/src/encoding/encoding.h"

namespace irgan {

/// change: takes a FeatureMatrix&
template <class Change>
void change_rows(Pool& pool, const Change& change) {
  FeatureMatrix rows = pool.rows;
  change(rows);
  pool.rows = rows;
  pool.range = pool_range(pool.found_rows());
}

}  // namespace irgan
