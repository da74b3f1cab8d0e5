/// How commands that rank use a click memory.
#pragma once

#include <xapian.h>

#include <string>

#include "index_tools/options/option_table.h"
#include "irgan/reranker.h"

namespace irgan {

struct MemoryUse {
  std::string memory;
  AddedCandidates added;

  void add_to(OptionTable& table);

  /// Whether the user names a memory.
  bool is_named() const { return !memory.empty() && memory != "none"; }

  /// Sets what is asked for; without --memory the index's own memory, if it has one.
  ///
  /// Throws: FormatError or Error if the memory cannot be read
  void apply(const Xapian::Database& db, RerankOptions& options) const;
};

}  // namespace irgan
