/// Simulated users of one ranking: the log that they leave, and what exploring costs them.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "irgan/simulation_options.h"
#include "irgan/site.h"

namespace irgan {

/// What users are shown.
struct ServedOrder {
  std::string model;         ///< file; empty: Xapian's order
  std::string vectors;       ///< file, for a model whose generator picks from the whole collection
  double explore = 0.0;      ///< share of the sessions that see a page drawn from the model's policy
  double temperature = 1.0;  ///< of that draw: below 1 nearer to the best order
};

/// What exploring costs those who see it, sums over their sessions. Expected clicks, not clicks: the luck of the draw
/// is no cost.
struct ExploreCost {
  std::size_t num_explored = 0;
  double clicks_drawn = 0.0, clicks_best = 0.0;
  double ndcg_drawn = 0.0, ndcg_best = 0.0;
  double clicks_best_of_all = 0.0;  ///< of all sessions, explored or not, in the best order
};

/// What a simulated log holds.
struct SimulatedLog {
  std::size_t num_sessions = 0;
  std::size_t num_clicks = 0;
  ExploreCost cost;
};

/// Lets simulated sessions ask every query of the file, and writes to `log` what they saw and clicked as impressions:
/// session, time, query_id, doc_id, rank, clicked; with explore also log_probability, empty for the sessions that saw
/// the best order.
///
/// Throws: ConfigError for a bad date, or for explore without a model; what reading, searching and reranking throw
IRGAN_API SimulatedLog simulate(const Site& site, const ServedOrder& order, const SimulationOptions& options,
                                std::ostream& log);

}  // namespace irgan
