/// Mines many queries over threads into a file, and goes on where an interrupted run was.
#pragma once

#include <cstddef>
#include <functional>

#include "trainer/machine/partial_file.h"
#include "trainer/mining/miner.h"
#include "trainer/mining/mining_report.h"

namespace irgan {

/// Called in the course of mine_all(), on the calling thread.
struct MiningListener {
  /// How many queries an interrupted run had mined already; not called for a new run.
  std::function<void(std::size_t num_mined)> on_resume = [](std::size_t) {};
  std::function<void(double share_done)> on_progress = [](double) {};
};

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
