/// Summaries of scores as JSON: for other programs, and to go on after an interruption.
#pragma once

#include <nlohmann/json.hpp>

#include "irgan/score_summary.h"

namespace irgan {

/// {"count", "mean", "median", "deviation", "min", "quartile1", "quartile3", "max"}; count alone where that is 0.
IRGAN_API nlohmann::json figures_of(const ScoreSummary& summary);

/// All that is needed to go on after an interruption.
struct ScoreSummaryState {
  static void write(const ScoreSummary& summary, nlohmann::json& state);
  static void read(const nlohmann::json& state, ScoreSummary& summary);
};
IRGAN_API void to_json(nlohmann::json& state, const ScoreSummary& summary);
IRGAN_API void from_json(const nlohmann::json& state, ScoreSummary& summary);

}  // namespace irgan
