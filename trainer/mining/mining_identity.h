/// What tells one mining run from others, so that none goes on with another's rows.
#pragma once

#include <xapian.h>

#include <string>

#include "trainer/mining/query_miner.h"

namespace irgan {

/// Returns a digest of all that the output depends on: options, the input files by path, size and time, the model, and
/// the index by its id, its counts and average length, and its revision where one can be told (one local shard).
std::string mining_identity(const MiningTask& task, const Xapian::Database& db);

}  // namespace irgan
