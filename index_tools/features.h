/// The command `features`: writes the feature rows of queries' candidates.
#pragma once

#include <ostream>
#include <string>

#include "index_tools/evidence_options.h"

namespace irgan {

struct FeaturesOptions {
  EvidenceOptions evidence;
  std::string out;
};

void add_options(FeaturesOptions& options, OptionTable& table);
void run(const FeaturesOptions& options, std::ostream& out);

}  // namespace irgan
