/// Mines many queries over threads into a file, and goes on where an interrupted run was.
#pragma once

#include <string>

#include "irgan/miner.h"
#include "irgan/mining_listener.h"
#include "irgan/mining_report.h"

namespace irgan {

/// Where the rows of a run go.
struct MiningOutput {
  std::string path;          ///< packed if it ends in .gz or .zst; "-": standard output
  bool restart = false;      ///< begin anew, whatever an interrupted run left
  unsigned num_threads = 0;  ///< 0: as many as there are processors
};

/// Mines the queries of the miner's evidence into a file, in the order of the queries.
///
/// The rows and the report are the same at any number of threads and after any number of interruptions: a run that was
/// killed goes on where it was when it is called again. Memory is bounded by the candidates of a few hundred queries,
/// beside the miner's evidence. Where no query gives a row, the file is not written, and one that was there stays.
///
/// Throws: as Miner::mine(); Error if the file cannot be written, or another run writes it; ConfigError if what an
///         interrupted run left is of other options or inputs; FormatError if that is damaged
IRGAN_API MiningReport mine_all(const Miner& miner, const MiningOutput& output, const MiningListener& listener = {});

}  // namespace irgan
