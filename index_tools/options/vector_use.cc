#include "index_tools/options/vector_use.h"

namespace irgan {

void VectorUse::add_to(OptionTable& table) {
  table.group("The model");
  table.text("vectors", vectors,
             "vectors that 'vectors' wrote, for a model whose generator picks from the whole collection", "FILE");
}

void VectorUse::apply(RerankOptions& options) const {
  if (!vectors.empty()) options.vectors = fixed_vectors(CollectionVectors::from_file(vectors));
}

}  // namespace irgan
