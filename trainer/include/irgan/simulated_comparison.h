/// Two rankings compared by simulated users, who are shown both interleaved.
#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <string>

#include "irgan/interleaved_clicks.h"
#include "irgan/simulation_options.h"
#include "irgan/site.h"

namespace irgan {

/// One of the two.
struct ComparedRanking {
  std::string name;          ///< the log's team; not that of the other
  std::string model;         ///< file; empty: Xapian's order
  std::string vectors = {};  ///< file, for a model whose generator picks from the whole collection
};

struct SimulatedComparison {
  std::size_t num_sessions = 0;
  std::size_t num_clicks = 0;
  InterleavingOutcome outcome;        ///< by session
  std::array<double, 2> mean_ndcg{};  ///< nDCG@10 of each ranking by the judgments, which no site has, over sessions
};

/// Shows every session the two rankings interleaved, and counts which one its clicks prefer.
///
/// log:    where rows go, with teams; null: nowhere
/// Throws: ConfigError for a bad date; Error if no query finds a document; what reading, searching and reranking throw
IRGAN_API SimulatedComparison compare_by_users(const Site& site, const std::array<ComparedRanking, 2>& rankings,
                                               const SimulationOptions& options, std::ostream* log);

}  // namespace irgan
