/// Mines into a file that the caller commits.
#pragma once

#include "irgan/miner.h"
#include "irgan/mining_listener.h"
#include "irgan/mining_report.h"
#include "trainer/machine/partial_file.h"

namespace irgan {

/// Mines the queries of the miner's evidence and appends their rows to `file`, in the order of the queries.
///
/// The rows and the report are the same at any number of threads and after any number of interruptions. Memory is
/// bounded by the candidates of a few hundred queries, beside the miner's evidence.
///
/// file:        made with the miner's identity(); the caller commits it
/// num_threads: 0: default_num_threads()
/// Throws:      as Miner::mine(); Error if the file cannot be written; FormatError if what an interrupted run left is
///              damaged
IRGAN_API MiningReport mine_all(const Miner& miner, PartialFile& file, unsigned num_threads = 0,
                                const MiningListener& listener = {});

}  // namespace irgan
