/// The forms in which Xapian itself can search as a model would: weighting scheme and scaled fields, as a site uses
/// them.
#pragma once

#include <vector>

#include "irgan/scaled_field.h"
#include "irgan/weight.h"

namespace irgan {

/// Which functions a form may use.
enum class DistilledKind {
  stock,    ///< what Xapian::BM25Weight has: bm25 and brevity (its k2)
  mixture,  ///< all of irgan::Weight
};

/// A distilled form with its query.
struct DistilledSearch {
  DistilledKind kind = DistilledKind::stock;
  WeightMixture mixture;
  std::vector<ScaledField> fields;  ///< those that find documents first
};

}  // namespace irgan
