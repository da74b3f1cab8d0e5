/// What a mining run reports while it works.
#pragma once

#include <cstddef>
#include <functional>

namespace irgan {

/// Called in the course of mine_all(), on the calling thread.
struct MiningListener {
  /// How many queries an interrupted run had mined already; not called for a new run.
  std::function<void(std::size_t num_mined)> on_resume = [](std::size_t) {};
  std::function<void(double share_done)> on_progress = [](double) {};
};

}  // namespace irgan
