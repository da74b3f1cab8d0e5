/// What judgments say of runs, and clicks on mixed pages of two rankings, for programs.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "irgan/evaluation.h"
#include "irgan/interleaved_clicks.h"

namespace irgan {

/// Means of each run, and its differences to the first.
///
/// seed:             of the paired test
/// with_each_query:  with a value a query and measure
nlohmann::json json_of(const Evaluation& evaluation, std::uint64_t seed, bool with_each_query);

/// Which of two rankings the clicks prefer.
nlohmann::json json_of(const InterleavingOutcome& outcome, const std::array<std::string, 2>& names);

}  // namespace irgan
