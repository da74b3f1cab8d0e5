/// What tells one mining run from others, so that none goes on with another's rows.
#pragma once

#include <xapian.h>

#include <string>

#include "irgan/mining_evidence.h"
#include "irgan/mining_options.h"
#include "irgan/model.h"
#include "irgan/site.h"

namespace irgan {

/// Returns a digest of all that rows depend on: options, evidence, the queries, the model, a run and scores by their
/// contents; a file of texts by path, size and time; the index by its paths, its layout and what index_state() says.
///
/// model: null: none
/// Cost:  O(evidence)
IRGAN_API std::string mining_identity(const Site& site, const Xapian::Database& db, const Model* model,
                                      const MiningEvidence& evidence, const MiningOptions& options);

}  // namespace irgan
