/// What a simulation is made of: who searches, for what, and how often.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "irgan/errors.h"
#include "irgan/judgment_reading.h"

namespace irgan {

/// Examination 1 / rank^exponent down to the last rank shown; a click on an examined document by its label.
struct IRGAN_API UserModel {
  int num_ranks = 20;
  double examination_exponent = 1.0;
  double mean_sessions = 30.0;                         ///< a query; log-normal with deviation 1 of the logarithm
  std::array<double, 3> click_chance{0.1, 0.35, 0.9};  ///< label none, below the highest, the highest

  /// Returns the chance of a click at `rank` (1-based), whatever else is on the page.
  double chance(int rank, int label, int highest_label) const;
};

/// What a simulation is made of, whichever order its users see.
struct SimulationOptions {
  std::string queries;              ///< file of queries, each of which is asked
  std::string qrels;                ///< file of judgments: what users are looking for
  std::string date = "2026-01-01";  ///< day of the sessions, YYYY-MM-DD
  std::size_t depth = 0;            ///< candidates a query; 0: as the model was trained, kDefaultDepth without a model
  UserModel users;
  std::uint64_t seed = 1;                                                                    ///< of everything random
  std::function<void(const JudgmentReading&)> on_judgments = [](const JudgmentReading&) {};  ///< have been read
  std::function<void(double share_done)> on_progress = [](double) {};
  ProblemListener on_problem;  ///< is told of lines of the files that are left out
};

}  // namespace irgan
