/// How commands use the vectors of a collection.
#pragma once

#include <string>

#include "index_tools/options/option_table.h"
#include "irgan/reranker.h"

namespace irgan {

/// Of commands that rank.
struct VectorUse {
  std::string vectors;

  void add_to(OptionTable& table);

  /// Throws: FormatError or Error if the vectors cannot be read
  void apply(RerankOptions& options) const;
};

}  // namespace irgan
