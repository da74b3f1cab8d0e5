#include "trainer/mining/mining_run.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "trainer/mining/mining_report_json.h"
#include "trainer/mining/negative_rows.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan {
namespace {

constexpr std::size_t kQueriesAtOnce = 256;  // results that wait to be written in order, then saved

/// How far a run is.
struct MiningState {
  std::size_t next = 0;  // query
  MiningReport report;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MiningState, next, report)

MiningState resumed(const nlohmann::json& saved, const MiningListener& listener) {
  try {
    auto state = saved.get<MiningState>();
    listener.on_resume(state.next);
    return state;
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(std::string("the state of the interrupted run is damaged: ") + error.what() + "; begin anew");
  }
}

}  // namespace

MiningReport mine_all(const Miner& miner, PartialFile& file, unsigned num_threads, const MiningListener& listener) {
  const std::vector<QueryRow>& queries = miner.evidence().queries;
  MiningState state{0, MiningReport(miner.options().sources)};
  if (!file.saved().is_null()) state = resumed(file.saved(), listener);
  ThreadPool threads(num_threads > 0 ? num_threads : default_num_threads());
  std::vector<std::unique_ptr<Miner>> miners(threads.num_threads());
  std::vector<MinedQuery> mined;
  std::string rows;
  while (state.next < queries.size()) {
    mined.assign(std::min(kQueriesAtOnce, queries.size() - state.next), {});
    threads.for_each(mined.size(), [&](std::size_t i, unsigned thread) {
      if (!miners[thread]) miners[thread] = miner.another();
      mined[i] = miners[thread]->mine(queries[state.next + i]);
    });
    rows.clear();
    for (const MinedQuery& one : mined) {
      state.report.add(one, one.skip == Skip::none ? append_rows(one, miner.options(), rows) : 0);
    }
    file.append(rows);
    state.next += mined.size();
    listener.on_progress(static_cast<double>(state.next) / static_cast<double>(queries.size()));
    file.save(state);
  }
  return std::move(state.report);
}

}  // namespace irgan
