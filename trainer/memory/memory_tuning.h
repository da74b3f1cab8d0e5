/// Chooses how fast a click memory forgets and how much the model's opinion counts, by what was clicked later.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "irgan/click_memory.h"
#include "irgan/model.h"
#include "trainer/site/site.h"

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

/// Ranks the candidates of each text as a live search would, with each of `memories` (one a half-life) and each prior.
///
/// depth: candidates a query; 0: as the model was trained
/// Throws: Error if no text has candidates
MemoryTuning tune_memory(const Site& site, const std::shared_ptr<const Model>& model, std::size_t depth,
                         const std::vector<std::shared_ptr<const ClickMemory>>& memories, const LaterClicks& later);

}  // namespace irgan
