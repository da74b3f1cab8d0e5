/// The generator over the whole collection, as a model holds it.
#pragma once

#include <cstddef>

#include "irgan/towers.h"

namespace irgan {

struct CollectionGenerator {
  Towers towers;
  std::size_t num_picks = 100;  ///< documents that it puts beside the candidates of a search
};

}  // namespace irgan
