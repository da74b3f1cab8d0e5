/// Chooses how fast a click memory forgets and how much the model's opinion counts, by what was clicked later.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "irgan/click_memory.h"
#include "irgan/memory_file.h"
#include "irgan/model.h"
#include "irgan/site.h"

namespace irgan {

/// Later clicks: text -> document id -> number.
using LaterClicks = std::map<std::string, std::map<std::string, double>>;

/// What one setting gives.
struct MemoryTrial {
  double half_life_days = 0.0;
  double prior_clicks = 1.0;
  double mrr = 0.0;  ///< over the later clicks, each counting once
};

struct MemoryTuning {
  double model_alone = 0.0;         ///< MRR without a memory
  std::vector<MemoryTrial> trials;  ///< best first; of equal ones the one that forgets later
};

/// Half-lives in days and priors in clicks that are tried.
inline constexpr double kHalfLives[] = {2.5, 5.0, 10.0, 20.0, 40.0, 0.0};
inline constexpr double kPriors[] = {0.03, 0.1, 0.3, 1.0, 3.0, 10.0};

struct MemoryTuningOptions {
  std::size_t depth = 0;  ///< candidates a query; 0: as the model was trained
  std::function<void(double share_done)> on_progress = [](double) {};
};

/// Ranks the candidates of each text as a live search would, with each of `memories` (one a half-life) and each prior.
///
/// Throws: Error if no text has candidates
IRGAN_API MemoryTuning tune_memory(const Site& site, const std::shared_ptr<const Model>& model,
                                   const std::vector<std::shared_ptr<const ClickMemory>>& memories,
                                   const LaterClicks& later, const MemoryTuningOptions& options);

/// The memory that does best, and how the others did.
struct TunedMemory {
  MemoryBuilder builder;
  double prior_clicks = 1.0;
  MemoryTuning tuning;
};

/// The log that a memory is chosen by.
struct LaterLog {
  RowReader read;
  std::string name;  ///< for messages
};

/// Adds the rows of `read` to `start` once for each half-life, and chooses half-life and prior by the later log.
///
/// start:  its half-life does not count
/// texts:  counts the rows of `read` that it does not know
/// Throws: Error if the later log has no clicks; ConfigError if its newest click is not newer than that of `read`; what
///         reading and tune_memory throw
IRGAN_API TunedMemory tuned_memory(const Site& site, const std::shared_ptr<const Model>& model,
                                   const MemoryBuilder& start, const RowReader& read, const LaterLog& later,
                                   RowTexts& texts, const MemoryTuningOptions& options);

}  // namespace irgan
