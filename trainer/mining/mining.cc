#include "irgan/mining.h"

#include "trainer/mining/mining_run.h"

namespace irgan {

MiningReport mine_all(const Miner& miner, const MiningOutput& output, const MiningListener& listener) {
  PartialFile file(output.path, miner.identity(), output.restart);
  MiningReport report = mine_all(miner, file, output.num_threads, listener);
  if (report.num_rows > 0) {
    file.commit();
  } else {
    file.discard();
  }
  return report;
}

}  // namespace irgan
