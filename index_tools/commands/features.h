/// The command `features`: writes the feature rows of queries' candidates.
#pragma once

#include <string>

#include "index_tools/options/evidence_options.h"
#include "index_tools/showing/console.h"

namespace irgan {

struct FeaturesOptions {
  EvidenceOptions evidence;
  SplitOptions split;
  std::string from;  ///< a model whose features and constants the rows are to have
  std::string out;
  std::string valid_out;  ///< the held-out part; empty: everything goes to `out`
};

void add_options(FeaturesOptions& options, OptionTable& table);
void run(const FeaturesOptions& options, const Console& console);

}  // namespace irgan
